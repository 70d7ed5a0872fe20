import { ConfigStore } from '../../platform/config-store.ts'
import { mergeByDecision } from '../../platform/identity-decisions.ts'
import { absorbProfile } from '../../platform/match-forget.ts'
import { decisionStatement, type MatchRow, matchRow } from '../../platform/match-pairs.ts'
import { acceptMatch } from '../../shared/contract/accept-match.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { type Call, serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'
import { matchDocumentOf } from './match-documents.ts'
import { personCause } from './profile-pair.ts'

/** The merge comes first: when it is repeated, the graph says that they are one, and the row is written then. */
export const acceptMatchRoute = serve(acceptMatch, async ({ params }, call) => {
  const { env, workspace, now, tokenId } = call
  const row = await matchRow(env, workspace, params.id)
  if (!row) return err(failure('not_found', 'there is no such pair'))
  // The index is not asked after the merge: by then it knows only one of the two.
  const before = await matchDocumentOf(call, row)
  const config = await new ConfigStore(env.DB).workspace(workspace)
  if (config === 'unknown' || config === 'unreadable') return err(failure('unavailable', 'the settings cannot be read'))
  const merged = await mergeByDecision(env, config, row.a, row.b, personCause(call))
  if ('refusal' in merged && merged.refusal === 'unknown')
    return err(failure('conflict', 'one of the two profiles is not there any more'))
  if ('refusal' in merged && merged.refusal !== 'same')
    return err(failure('conflict', 'together they would have more leaves or identifiers than any profile may'))
  if ('refusal' in merged && row.state === 'accepted') return ok({ ...before, outcome: 'already_one' as const })
  const mergeId = 'mergeId' in merged ? merged.mergeId : undefined
  await env.DB.batch([
    decisionStatement(env, row, { state: 'accepted', by: tokenId, ...(mergeId === undefined ? {} : { mergeId }) }, now),
    auditStatement(call, 'acceptMatch', { match: row.id, profiles: [row.a, row.b], mergeId: mergeId ?? null }),
  ])
  if ('id' in merged) await absorbProfile(env, workspace, merged.id, merged.id === row.a ? row.b : row.a)
  const outcome = mergeId === undefined ? ('already_one' as const) : ('merged' as const)
  return ok({ ...before, ...(await decided(call, row)), outcome })
})

async function decided(call: Call, { id }: MatchRow) {
  const row = (await matchRow(call.env, call.workspace, id)) as MatchRow
  const { fields: _, ...document } = await matchDocumentOf(call, row)
  return document
}
