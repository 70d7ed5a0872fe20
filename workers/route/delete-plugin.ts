import { PLUGIN_COLUMNS, type PluginRow } from '../../platform/plugin-row.ts'
import { deletePlugin } from '../../shared/contract/delete-plugin.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { inForce, NO_PLUGIN } from './plugin-documents.ts'

/** The row goes, and with it the secrets; the lanes of an observer throw away what waits. */
export const deletePluginRoute = serve(deletePlugin, async ({ params: { pluginId } }, call) => {
  const { env, workspace } = call
  const [deleted] = await env.DB.batch<PluginRow>([
    env.DB.prepare(`DELETE FROM plugins WHERE workspace = ? AND id = ? RETURNING ${PLUGIN_COLUMNS}`).bind(
      workspace,
      pluginId,
    ),
    auditIfChanged(call, 'deletePlugin', { pluginId }),
  ])
  const row = deleted?.results[0]
  if (!row) return err(NO_PLUGIN)
  await inForce(call, row, 0)
  return ok(null)
})
