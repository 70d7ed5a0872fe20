import { z } from 'zod'
import { isObject, type JsonObject } from '../kernel/json.ts'
import { TransformationDocument as Rules } from '../transform/transformation.ts'

export const TransformationName = z.string().trim().min(1).max(200)
export const Position = z.int().min(0).max(1_000_000).meta({ description: 'Lower runs first; ties by id' })

const { sources, events, steps, code } = Rules.shape
export const TransformationSources = sources.unwrap().meta({ description: 'Ids of sources; without it, of all' })
export const TransformationEvents = events
  .unwrap()
  .meta({ description: 'Names of events, `"prefix*"`, `$page`, `$screen`, or types; without it, all' })

/** Any list here: what is wrong with a step is said with its path, `steps.2.from`, like everything that cannot be carried out. */
export const StepsBody = z.array(z.unknown()).max(100).meta({
  description: 'As in the mapping of a destination: rename, copy, remove, pick, set, template, filter, hash, mask',
})

export const CodeBody = code.unwrap().meta({
  description:
    'Instead of steps: an ES module that exports `onEvent(event)`, which answers the event as it shall be, `null` to drop ' +
    'it, or nothing to leave it as it is; or `onBatch(events)`, which answers a list of these',
})

/** An event in the words of the SDKs, as transformations see it. */
export const EventBody = z
  .custom<JsonObject>(isObject, 'must be an object')
  .meta({ type: 'object', description: '`{ "type": "track", "event": "Order", "userId": "u", "properties": {} }`' })

/** A transformation as its makers see it. */
export const TransformationDocument = z
  .object({
    id: z.string(),
    name: z.string(),
    enabled: z.boolean(),
    position: Position,
    sources: TransformationSources.optional(),
    events: TransformationEvents.optional(),
    steps,
    code: CodeBody.optional(),
    version: z.int().meta({ description: 'Rises with every change' }),
    createdAt: z.string().meta({ format: 'date-time' }),
    updatedAt: z.string().meta({ format: 'date-time' }),
  })
  .meta({ id: 'Transformation' })
export type TransformationDocument = z.input<typeof TransformationDocument>

export const TransformationReference = z.object({ transformationId: z.string().min(1).max(100) })
