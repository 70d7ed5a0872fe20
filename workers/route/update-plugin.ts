import { keptSettings, settingsOf } from '../../platform/destination-settings.ts'
import { PLUGIN_COLUMNS, type PluginRow, pluginConfigOf } from '../../platform/plugin-row.ts'
import { updatePlugin } from '../../shared/contract/update-plugin.ts'
import { DestinationRules } from '../../shared/destination/destination-config.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { pluginType } from '../../shared/plugin/index.ts'
import type { PluginManifest } from '../../shared/plugin/manifest.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { changedSettings } from './check-destination.ts'
import { checkPlugin, type GivenPlugin } from './check-plugin.ts'
import { auditedPlugin } from './plugin-audit.ts'
import { inForce, NO_PLUGIN, pluginDocument, pluginRow } from './plugin-documents.ts'

/** Sealed settings are changed by opening them, so two changes at once could undo one another: the version tells. */
export const updatePluginRoute = serve(updatePlugin, async ({ params, body }, call) => {
  const { env, workspace, now } = call
  const row = await pluginRow(call, params.pluginId)
  if (!row) return err(NO_PLUGIN)
  if (body.type !== undefined && body.type !== row.type) return err(ANOTHER_TYPE)
  const before = pluginConfigOf(row)
  const manifest = pluginType(row.type) as PluginManifest
  const changed = changedSettings(manifest, settingsOf(env.IDENTITY_SECRET, before), body.settings ?? {})
  if (!changed.ok) return changed
  const delivery = DestinationRules.parse(before.delivery ?? {})
  const isObserver = manifest.kind === 'non-blocking'
  const named = <T>(given: T | undefined, kept: T): T => (given === undefined ? kept : given)
  const given: GivenPlugin = {
    name: body.name ?? row.name,
    settings: changed.value,
    filter: named(body.filter, (isObserver ? delivery.filter : before.filter) as GivenPlugin['filter'] & object),
    timeoutMs: named(body.timeoutMs, before.timeoutMs),
    onFailure: named(body.onFailure, before.onFailure),
    mapping: named<unknown>(body.mapping, delivery.mapping),
    consent: named<unknown>(body.consent, delivery.consent),
    rateLimitPerSecond: named(body.rateLimitPerSecond, delivery.rateLimitPerSecond),
  }
  const checked = await checkPlugin(call, manifest, given)
  if (!checked.ok) return checked
  const { settings, ...rules } = checked.value
  const kept = keptSettings(env.IDENTITY_SECRET, before, manifest, settings)
  const { id: _, kind: __, health: ___, version: ____, createdAt: _____, updatedAt: ______, ...asked } = body
  const [updated] = await env.DB.batch<PluginRow>([
    env.DB.prepare(
      `UPDATE plugins SET name = ?, position = ?, enabled = ?, document = ?, sealed = ?, updated_at = ?, version = version + 1
       WHERE workspace = ? AND id = ? AND version = ? RETURNING ${PLUGIN_COLUMNS}`,
    ).bind(
      given.name,
      body.position ?? row.position,
      Number(body.enabled ?? before.enabled),
      JSON.stringify({ ...rules, settings: JSON.parse(kept.open) }),
      kept.sealed,
      now,
      workspace,
      row.id,
      row.version,
    ),
    auditIfChanged(call, 'updatePlugin', { ...auditedPlugin(manifest, asked), id: row.id }),
  ])
  const after = updated?.results[0]
  if (!after) return err(CHANGED_MEANWHILE)
  await inForce(call, after, after.version)
  return ok(pluginDocument(call, after))
})

const CHANGED_MEANWHILE = failure('conflict', 'somebody else changed or deleted this plugin at the same moment')
const ANOTHER_TYPE = failure('unprocessable', 'the type of a plugin stays: install another plugin', [
  { path: 'type', message: 'stays as it is' },
])
