import { z } from 'zod'
import type { JsonValue } from '../kernel/json.ts'
import { DefinitionName, DefinitionTimes, Description } from './definition.ts'

/** Any JSON here, however deep: what is wrong with a condition is said by `parseCondition`, which bounds it before it walks. */
export const ConditionBody = z
  .custom<JsonValue>((value) => value !== undefined, 'is required')
  .meta({ description: 'In the condition language: `{ "type": "trait", "path": "plan", "op": "eq", "value": "pro" }`' })

/** A segment as its makers see it: the definition, what it says in words, and how many are in it. */
export const SegmentDocument = z
  .object({
    key: z.string(),
    name: DefinitionName,
    description: Description,
    kind: z
      .enum(['condition', 'file'])
      .meta({ description: '`file`: its members were imported; its condition reads the mark that the import left' }),
    condition: ConditionBody,
    sentence: z.string().meta({ description: 'The condition in words' }),
    ...DefinitionTimes,
    state: z.enum(['building', 'ready']).meta({
      description: '`building` until everybody known has been looked at; events are evaluated with it meanwhile',
    }),
    progress: z
      .object({ done: z.int(), total: z.int(), perSecond: z.number() })
      .nullable()
      .meta({ description: 'While building: how many profiles have been looked at' }),
    count: z.int().nullable().meta({ description: 'Members now; null while they cannot be counted' }),
    growth: z
      .object({ entered: z.int(), exited: z.int() })
      .nullable()
      .meta({ description: 'Since a day ago, when known' }),
    freshAsOf: z.string().nullable().meta({ format: 'date-time', description: 'Until when `count` has seen changes' }),
  })
  .meta({ id: 'Segment' })
export type SegmentDocument = z.output<typeof SegmentDocument>
