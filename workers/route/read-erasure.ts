import { erasureRow } from '../../platform/erasure-row.ts'
import { readErasure } from '../../shared/contract/read-erasure.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { erasureDocument } from './erasure-document.ts'

export const readErasureRoute = serve(readErasure, async ({ params }, { env, workspace }) => {
  const row = await erasureRow(env, workspace, params.id)
  return row ? ok(erasureDocument(row)) : err(failure('not_found', 'there is no such erasure'))
})
