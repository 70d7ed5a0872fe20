import { erasureRow } from '../../platform/erasure-row.ts'
import { identityStub } from '../../platform/stubs.ts'
import { liftSuppression } from '../../shared/contract/lift-suppression.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { erasureDocument } from './erasure-document.ts'

export const liftSuppressionRoute = serve(liftSuppression, async ({ params }, call) => {
  const { env, workspace } = call
  const row = await erasureRow(env, workspace, params.id)
  if (!row) return err(failure('not_found', 'there is no such erasure'))
  if (row.state === 'open') return err(failure('conflict', 'the receipt is still open'))
  if (row.mode !== 'suppress') return err(failure('conflict', 'this erasure suppresses nothing'))
  await identityStub(env, workspace).liftSuppression(row.scope.leaves)
  await env.DB.batch([
    env.DB.prepare("UPDATE erasures SET state = 'lifted' WHERE workspace = ? AND id = ? AND state = 'closed'").bind(
      workspace,
      row.id,
    ),
    auditIfChanged(call, 'liftSuppression', { erasure: row.id }),
  ])
  return ok(erasureDocument({ ...row, state: 'lifted' }))
})
