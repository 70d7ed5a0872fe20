import { z } from 'zod'
import type { FieldError } from '../kernel/failure.ts'
import { topOf } from '../segment/path.ts'
import { READ_ONLY } from './event-document.ts'
import { Mapping, type MappingStep } from './mapping.ts'

/** Characters of a transformation's code. */
const MOST_CODE_CHARS = 64 * 1024

/** What a workspace rewrites in events of some sources before anything else sees them; in order of position. */
export const TransformationDocument = z.strictObject({
  /** Ids of sources; all of them when it is not said. */
  sources: z.array(z.string().min(1).max(100)).min(1).max(200).optional(),
  /** Names, `prefix*`, `$page`, `$screen` or types; all of them when it is not said. */
  events: z.array(z.string().min(1).max(500)).min(1).max(200).optional(),
  /** Either steps or code. */
  steps: Mapping.optional(),
  /** An ES module that exports `onEvent(event)` or `onBatch(events)` (platform/customer-code.ts). */
  code: z.string().min(1).max(MOST_CODE_CHARS).optional(),
})
export type TransformationDocument = z.infer<typeof TransformationDocument>

export interface Transformation extends TransformationDocument {
  readonly id: string
  readonly name: string
  readonly enabled: boolean
  readonly version: number
}

/** Steps that would write what nobody may: told when they are saved, and not by every event. */
export function stepFaults(steps: readonly MappingStep[]): readonly FieldError[] {
  return steps.flatMap((step, i) =>
    writtenBy(step).flatMap(([field, path]) =>
      READ_ONLY.some((fixed) => fixed === topOf(path))
        ? [{ path: `steps.${i}.${field}`, message: `${topOf(path)} cannot be changed` }]
        : [],
    ),
  )
}

/** The paths that a step writes or takes away, by the field that names them. */
function writtenBy(step: MappingStep): readonly (readonly [field: string, path: string])[] {
  switch (step.op) {
    case 'rename':
      return [
        ['from', step.from],
        ['to', step.to],
      ]
    case 'copy':
    case 'set':
    case 'template':
      return [['to', step.to]]
    case 'remove':
    case 'hash':
    case 'mask':
      return [['path', step.path]]
    case 'pick':
    case 'filter':
      return []
  }
}
