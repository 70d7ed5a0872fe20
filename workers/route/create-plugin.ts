import { keptSettings } from '../../platform/destination-settings.ts'
import { newPluginId } from '../../platform/new-workspace.ts'
import { PLUGIN_COLUMNS, type PluginRow } from '../../platform/plugin-row.ts'
import { createPlugin } from '../../shared/contract/create-plugin.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { pluginType } from '../../shared/plugin/index.ts'
import type { PluginManifest } from '../../shared/plugin/manifest.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { checkPlugin } from './check-plugin.ts'
import { auditedPlugin } from './plugin-audit.ts'
import { inForce, pluginDocument } from './plugin-documents.ts'

/** Every batch asks every one of them. */
const MOST_PLUGINS = 50

export const createPluginRoute = serve(createPlugin, async ({ body }, call) => {
  const { env, workspace, now } = call
  // The contract names the types of the very same list.
  const manifest = pluginType(body.type) as PluginManifest
  const { filter, timeoutMs, onFailure, mapping, consent, rateLimitPerSecond } = body
  const given = { ...body, filter, timeoutMs, onFailure, mapping, consent, rateLimitPerSecond }
  const checked = await checkPlugin(call, manifest, given)
  if (!checked.ok) return checked
  const id = newPluginId()
  const { settings, ...rules } = checked.value
  const kept = keptSettings(env.IDENTITY_SECRET, { id, workspace }, manifest, settings)
  const document = JSON.stringify({ ...rules, settings: JSON.parse(kept.open) })
  const [inserted] = await env.DB.batch<PluginRow>([
    env.DB.prepare(
      `INSERT INTO plugins (workspace, id, type, name, position, enabled, document, sealed, created_at, updated_at)
       SELECT ?1, ?2, ?3, ?4, coalesce(?5, (SELECT max(position) + 1 FROM plugins WHERE workspace = ?1), 0), ?6, ?7, ?8, ?9, ?9
       WHERE (SELECT count(*) FROM plugins WHERE workspace = ?1) < ?10 RETURNING ${PLUGIN_COLUMNS}`,
    ).bind(
      workspace,
      id,
      body.type,
      body.name,
      body.position ?? null,
      Number(body.enabled),
      document,
      kept.sealed,
      now,
      MOST_PLUGINS,
    ),
    auditIfChanged(call, 'createPlugin', { id, ...auditedPlugin(manifest, body) }),
  ])
  const row = inserted?.results[0]
  if (!row) return err(failure('conflict', `a workspace has at most ${MOST_PLUGINS} plugins: delete one first`))
  await inForce(call, row, row.version)
  return ok(pluginDocument(call, row))
})
