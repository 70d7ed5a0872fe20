import { HOLD_COLUMNS, type HoldRow, holdRow } from '../../platform/quality-holds.ts'
import { recheckHolds } from '../../platform/quality-recheck.ts'
import { releaseQualityHold } from '../../shared/contract/release-quality-hold.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { holdDocument } from './hold-document.ts'

export const releaseQualityHoldRoute = serve(releaseQualityHold, async ({ params: { holdId } }, call) => {
  const { env, workspace, tokenId, now } = call
  const [released] = await env.DB.batch<HoldRow>([
    env.DB.prepare(
      `UPDATE quality_holds SET state = 'releasing', released_by = ?, updated_at = ?, version = version + 1
       WHERE workspace = ? AND id = ? AND state = 'held' RETURNING ${HOLD_COLUMNS}`,
    ).bind(tokenId, now, workspace, holdId),
    auditIfChanged(call, 'releaseQualityHold', { holdId }),
  ])
  const row = released?.results[0] ?? (await holdRow(env, workspace, holdId))
  if (!row) return err(failure('not_found', 'there is no such hold'))
  if (row.state === 'passed') return err(failure('conflict', 'it passed by itself: nothing is held'))
  // Also when it was asked for before: whoever began it may have died.
  if (row.state === 'releasing') await recheckHolds(env, workspace, now)
  return ok(holdDocument(row))
})
