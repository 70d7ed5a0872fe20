import { roundWaiting } from '../../platform/round-waiting.ts'
import { readLakeRounds } from '../../shared/contract/read-lake-rounds.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'

export const readLakeRoundsRoute = serve(readLakeRounds, async (_, { env, workspace }) => {
  const { since, ...waiting } = await roundWaiting(env, workspace)
  return ok({ ...waiting, since: since === null ? null : toIso(since) })
})
