import { ConfigStore } from '../../platform/config-store.ts'
import { keepApart } from '../../platform/identity-decisions.ts'
import { decisionStatement, type MatchRow, matchRow } from '../../platform/match-pairs.ts'
import { rejectMatch } from '../../shared/contract/reject-match.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'
import { matchDocumentOf } from './match-documents.ts'
import { personCause } from './profile-pair.ts'

export const rejectMatchRoute = serve(rejectMatch, async ({ params }, call) => {
  const { env, workspace, now, tokenId } = call
  const row = await matchRow(env, workspace, params.id)
  if (!row) return err(failure('not_found', 'there is no such pair'))
  if (row.state === 'rejected') return ok(await matchDocumentOf(call, row))
  const config = await new ConfigStore(env.DB).workspace(workspace)
  if (config === 'unknown' || config === 'unreadable') return err(failure('unavailable', 'the settings cannot be read'))
  const answer = await keepApart(env, config, row.a, row.b, personCause(call))
  if (answer === 'unknown') return err(failure('conflict', 'one of the two profiles is not there any more'))
  if (answer === 'same') return err(failure('conflict', 'they are one person already; undo the merge instead'))
  await env.DB.batch([
    decisionStatement(env, row, { state: 'rejected', by: tokenId }, now),
    auditStatement(call, 'rejectMatch', { match: row.id, profiles: [row.a, row.b] }),
  ])
  return ok(await matchDocumentOf(call, (await matchRow(env, workspace, row.id)) as MatchRow))
})
