import { endHanded, heldRound } from '../../platform/handed-round.ts'
import { giveUpLakeRound } from '../../shared/contract/give-up-lake-round.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'

/** What somebody else has by now is not given back. */
export const giveUpLakeRoundRoute = serve(giveUpLakeRound, async ({ params: { round }, query: { by } }, call) => {
  const { env, workspace, now } = call
  const holding = await heldRound(env, { workspace, by, round }, now)
  if (!holding) return ok(null)
  await endHanded(env, holding, now)
  await auditStatement(call, 'giveUpLakeRound', { round, by }).run()
  return ok(null)
})
