import { z } from 'zod'
import { defineContract } from './contract.ts'
import { DefinitionReference } from './definition.ts'
import { CursorParameter, LimitParameter } from './query.ts'
import { ConditionBody } from './segment-document.ts'

export const SegmentVersion = z
  .object({
    version: z.int(),
    name: z.string(),
    condition: ConditionBody,
    sentence: z.string(),
    actor: z.string().meta({ description: 'The token that made it; empty for what came with the workspace' }),
    actorName: z.string().nullable().meta({ description: 'Of that token or member, while there is one' }),
    at: z.string().meta({ format: 'date-time' }),
  })
  .meta({ id: 'SegmentVersion' })

export const listSegmentVersions = defineContract({
  name: 'listSegmentVersions',
  method: 'get',
  path: '/api/v1/segments/{key}/versions',
  group: 'Segments',
  scope: 'segments:read',
  masking: 'settings',
  summary: 'What a segment was, newest version first',
  params: DefinitionReference,
  query: z.object({ cursor: CursorParameter, limit: LimitParameter }),
  reply: z.object({ versions: z.array(SegmentVersion), cursor: z.string().nullable() }),
  failures: ['not_found'],
})
