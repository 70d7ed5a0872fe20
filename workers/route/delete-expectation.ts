import { recheckHolds } from '../../platform/quality-recheck.ts'
import { deleteExpectation } from '../../shared/contract/delete-expectation.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { defaultExpectation } from '../../shared/quality/default-expectations.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { NO_EXPECTATION } from './expectation-document.ts'

const STAYS = failure('conflict', 'a default stays: change it to "enabled": false')

export const deleteExpectationRoute = serve(deleteExpectation, async ({ params }, call) => {
  const { env, workspace, now } = call
  const id = params.expectationId
  const [deleted] = await env.DB.batch<{ id: string }>([
    env.DB.prepare('DELETE FROM quality_expectations WHERE workspace = ? AND id = ? RETURNING id').bind(workspace, id),
    auditIfChanged(call, 'deleteExpectation', { id }),
  ])
  if (!deleted?.results[0]) return err(defaultExpectation(id) ? STAYS : NO_EXPECTATION)
  await recheckHolds(env, workspace, now)
  return ok(null)
})
