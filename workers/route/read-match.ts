import { matchRow } from '../../platform/match-pairs.ts'
import { readMatch } from '../../shared/contract/read-match.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { matchDocumentOf } from './match-documents.ts'

export const readMatchRoute = serve(readMatch, async ({ params }, call) => {
  const row = await matchRow(call.env, call.workspace, params.id)
  return row ? ok(await matchDocumentOf(call, row)) : err(failure('not_found', 'there is no such pair'))
})
