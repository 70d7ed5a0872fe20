import { readPlugin } from '../../shared/contract/read-plugin.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { NO_PLUGIN, pluginCalls, pluginRow, withHealth } from './plugin-documents.ts'

export const readPluginRoute = serve(readPlugin, async ({ params }, call) => {
  const row = await pluginRow(call, params.pluginId)
  return row ? ok(withHealth(call, row, await pluginCalls(call))) : err(NO_PLUGIN)
})
