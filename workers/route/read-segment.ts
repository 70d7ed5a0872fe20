import { definitionRow } from '../../platform/definition-row.ts'
import { readSegment } from '../../shared/contract/read-segment.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { NO_SEGMENT, segmentDocument } from './segment-document.ts'

export const readSegmentRoute = serve(readSegment, async ({ params }, call) => {
  const row = await definitionRow(call.env, call.workspace, 'segment', params.key)
  return row ? ok(await segmentDocument(call, row)) : err(NO_SEGMENT)
})
