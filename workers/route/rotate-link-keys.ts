import { newestGeneration } from '../../shared/config/link-keys.ts'
import { WorkspaceSettings } from '../../shared/config/workspace-config.ts'
import { rotateLinkKeys } from '../../shared/contract/rotate-link-keys.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'

const MOST_ROTATIONS = 1_000

/** The settings are read, then written only if nobody changed anything meanwhile: two rotations at once are two keys. */
export const rotateLinkKeysRoute = serve(rotateLinkKeys, async ({ body }, call) => {
  const { env, workspace, now } = call
  const row = await env.DB.prepare('SELECT settings, config_version FROM workspaces WHERE id = ?')
    .bind(workspace)
    .first<{ settings: string; config_version: number }>()
  if (!row) return err(failure('not_found', 'there is no such workspace'))
  const { tracking } = WorkspaceSettings.parse(JSON.parse(row.settings))
  if (tracking.rotatedAt.length >= MOST_ROTATIONS) return err(failure('conflict', 'the keys were rotated too often'))
  const rotatedAt = [...tracking.rotatedAt, now]
  const generation = newestGeneration({ ...tracking, rotatedAt })
  const changed = { rotatedAt, revokedBelow: body.revokeOld ? generation : tracking.revokedBelow }
  const [updated] = await env.DB.batch([
    env.DB.prepare(
      `UPDATE workspaces SET settings = json_patch(settings, ?), config_version = config_version + 1
       WHERE id = ? AND config_version = ?`,
    ).bind(JSON.stringify({ tracking: changed }), workspace, row.config_version),
    auditIfChanged(call, 'rotateLinkKeys', { generation, ...body }),
  ])
  if (updated?.meta.changes !== 1)
    return err(failure('conflict', 'the settings were changed meanwhile; please try again'))
  return ok({ generation })
})
