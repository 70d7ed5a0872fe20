import { commitRound } from '../../platform/commit-round.ts'
import { commitLakeRound } from '../../shared/contract/commit-lake-round.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'

export const commitLakeRoundRoute = serve(commitLakeRound, async ({ params: { round }, body }, call) => {
  const { env, workspace, now } = call
  const end = await commitRound(env, { workspace, round, ...body }, now)
  if (end.ends === 'done')
    await auditStatement(call, 'commitLakeRound', { round, by: body.by, files: body.files.length }).run()
  return ok(end)
})
