import { PLUGIN_COLUMNS, type PluginRow } from '../../platform/plugin-row.ts'
import { listPlugins } from '../../shared/contract/list-plugins.ts'
import { encodeCursor } from '../../shared/kernel/cursor.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { pluginCalls, withHealth } from './plugin-documents.ts'

export const listPluginsRoute = serve(listPlugins, async ({ query }, call) => {
  const { type, cursor, limit } = query
  const { results } = await call.env.DB.prepare(
    `SELECT ${PLUGIN_COLUMNS} FROM plugins WHERE workspace = ?1 AND (?2 IS NULL OR type = ?2)
       AND (?3 IS NULL OR (position, id) > (?3, ?4)) ORDER BY position, id LIMIT ?5`,
  )
    .bind(call.workspace, type ?? null, cursor?.at ?? null, cursor?.id ?? null, limit + 1)
    .all<PluginRow>()
  const shown = results.slice(0, limit)
  const last = results.length > limit ? shown.at(-1) : undefined
  const calls = await pluginCalls(call)
  const plugins = shown.map((row) => withHealth(call, row, calls))
  return ok({ plugins, cursor: last ? encodeCursor({ at: last.position, id: last.id }) : null })
})
