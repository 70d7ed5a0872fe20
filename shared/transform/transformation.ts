import { z } from 'zod'
import { Mapping } from './mapping.ts'

/** What a workspace rewrites in events of some sources before anything else sees them; in order of position. */
export const TransformationDocument = z.strictObject({
  /** Ids of sources; all of them when it is not said. */
  sources: z.array(z.string().min(1).max(100)).min(1).max(200).optional(),
  /** Names, `prefix*`, `$page`, `$screen` or types; all of them when it is not said. */
  events: z.array(z.string().min(1).max(500)).min(1).max(200).optional(),
  steps: Mapping,
})
export type TransformationDocument = z.infer<typeof TransformationDocument>

export interface Transformation extends TransformationDocument {
  readonly id: string
  readonly name: string
  readonly enabled: boolean
  readonly version: number
}
