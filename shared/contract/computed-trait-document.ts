import { z } from 'zod'
import { DefinitionName, DefinitionTimes, Description } from './definition.ts'

export const AggregateBody = z
  .json()
  .meta({ description: '`{ "fn": "count", "event": "Order Completed", "window": { "last": "30d" } }`' })

/** A computed trait as its makers see it. */
export const ComputedTraitDocument = z
  .object({
    key: z.string(),
    name: DefinitionName,
    description: Description,
    aggregate: AggregateBody,
    ...DefinitionTimes,
  })
  .meta({ id: 'ComputedTrait' })
export type ComputedTraitDocument = z.output<typeof ComputedTraitDocument>
