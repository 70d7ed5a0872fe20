import { readTransformation } from '../../shared/contract/read-transformation.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { NO_TRANSFORMATION, transformationDocument, transformationRow } from './transformation-row.ts'

export const readTransformationRoute = serve(readTransformation, async ({ params }, call) => {
  const row = await transformationRow(call, params.transformationId)
  return row ? ok(transformationDocument(row)) : err(NO_TRANSFORMATION)
})
