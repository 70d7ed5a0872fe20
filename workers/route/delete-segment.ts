import { changeDefinitions, deleteDefinition } from '../../platform/change-definitions.ts'
import { deleteSegment } from '../../shared/contract/delete-segment.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { readersOf } from './readers-of.ts'
import { NO_SEGMENT } from './segment-document.ts'

export const deleteSegmentRoute = serve(deleteSegment, async ({ params: { key } }, call) => {
  const changed = await changeDefinitions(call, async (definitions) => {
    if (!definitions.segments.has(key)) return err(NO_SEGMENT)
    const readers = await readersOf('segment', key, definitions, call.env, call.workspace)
    if (readers.length > 0) return err(failure('conflict', `it is read by ${readers.join(', ')}`))
    return ok({ statements: deleteDefinition(call, 'segment', key), act: 'deleteSegment', detail: { key }, build: [] })
  })
  return changed.ok ? ok(null) : changed
})
