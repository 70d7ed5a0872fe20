import { pluginConfigOf } from '../../platform/plugin-row.ts'
import { openRun, startRun } from '../../platform/plugin-runs.ts'
import { runPlugin } from '../../shared/contract/run-plugin.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { pluginType } from '../../shared/plugin/index.ts'
import { serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'
import { NO_PLUGIN, pluginRow } from './plugin-documents.ts'

export const runPluginRoute = serve(runPlugin, async ({ params: { pluginId } }, call) => {
  const { env, workspace, now, requestId } = call
  const row = await pluginRow(call, pluginId)
  if (!row) return err(NO_PLUGIN)
  const plugin = pluginConfigOf(row)
  if (pluginType(plugin.type)?.kind !== 'batch') return err(failure('unprocessable', 'only batch plugins have runs'))
  if (!plugin.enabled) return err(failure('unprocessable', 'the plugin is disabled'))
  const open = await openRun(env, workspace, pluginId)
  if (open !== undefined) return err(failure('conflict', `a run is under way: job ${open}`))
  const audit = auditStatement(call, 'runPlugin', { pluginId })
  const { jobId } = await startRun(env, plugin, `by-hand-${requestId}`, now, [audit])
  return ok({ jobId })
})
