import { ConfigStore } from '../../platform/config-store.ts'
import { secretSettingsOf } from '../../platform/destination-settings.ts'
import { OBSERVER_TYPES } from '../../platform/plugin-observer.ts'
import { PLUGIN_COLUMNS, type PluginRow, pluginConfigOf } from '../../platform/plugin-row.ts'
import { METERS, meterStub } from '../../platform/stubs.ts'
import { hintOf } from '../../shared/config/source-settings.ts'
import type { PluginDocument } from '../../shared/contract/plugin-document.ts'
import { DestinationRules } from '../../shared/destination/destination-config.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { addReading, emptyReading } from '../../shared/pipeline/meter.ts'
import { healthOf, type PluginCalls } from '../../shared/pipeline/plugin-calls.ts'
import { pluginType } from '../../shared/plugin/index.ts'
import type { PluginManifest } from '../../shared/plugin/manifest.ts'
import type { Call } from '../http/serve.ts'
import { wakeLanes } from './destination-documents.ts'

export const NO_PLUGIN = failure('not_found', 'there is no such plugin')

/** A plugin's row in D1 itself, for those who manage it; everything else asks the config store. */
export function pluginRow({ env, workspace }: Call, id: string): Promise<PluginRow | null> {
  return env.DB.prepare(`SELECT ${PLUGIN_COLUMNS} FROM plugins WHERE workspace = ? AND id = ?`)
    .bind(workspace, id)
    .first<PluginRow>()
}

/** A plugin's row, if it is one that lanes deliver to. */
export async function observerRow(call: Call, id: string): Promise<PluginRow | null> {
  const row = await pluginRow(call, id)
  return row && OBSERVER_TYPES.includes(row.type) ? row : null
}

/** A plugin as its operators see it: of what is secret only that it is there, and how it ends. */
export function pluginDocument({ env }: Pick<Call, 'env'>, row: PluginRow): PluginDocument {
  const plugin = pluginConfigOf(row)
  const { id, type, name, enabled, position, filter, settings, timeoutMs, onFailure, version, delivery } = plugin
  const kind = (pluginType(type) as PluginManifest).kind
  const secrets = Object.entries(secretSettingsOf(env.IDENTITY_SECRET, plugin))
  const hints = Object.fromEntries(secrets.map(([setting, value]) => [setting, hintOf(String(value))]))
  const rules = kind === 'non-blocking' ? DestinationRules.parse(delivery ?? {}) : undefined
  return {
    id,
    type,
    kind,
    name,
    enabled,
    position,
    filter: (rules ? rules.filter : filter) as PluginDocument['filter'],
    settings: { ...settings, ...hints } as PluginDocument['settings'],
    timeoutMs,
    onFailure,
    ...(rules ? { mapping: rules.mapping, consent: rules.consent, rateLimitPerSecond: rules.rateLimitPerSecond } : {}),
    version,
    createdAt: toIso(row.created_at),
    updatedAt: toIso(row.updated_at),
  }
}

/** How the workspace's plugins went, from its meters. */
export async function pluginCalls({ env, workspace }: Call): Promise<PluginCalls> {
  const readings = await Promise.all(METERS.map((meter) => meterStub(env, workspace, meter).read()))
  return readings.reduce((sum, reading) => addReading(sum, reading), emptyReading()).plugins ?? {}
}

export function withHealth(call: Call, row: PluginRow, calls: PluginCalls) {
  const document = pluginDocument(call, row)
  if (document.kind !== 'blocking') return { ...document, health: null }
  const health = healthOf(calls, row.id, call.now)
  const { lastError } = health
  const told = lastError && { at: toIso(lastError.at), reason: lastError.reason }
  return { ...document, health: { ...health, lastError: told } }
}

/** Here a change is in force at once; other isolates see it within seconds. `version`: 0 when it was deleted. */
export async function inForce(call: Call, { id, type }: PluginRow, version: number): Promise<void> {
  const isThere = (all: readonly { readonly id: string; readonly version: number }[]) =>
    version === 0 ? all.every((one) => one.id !== id) : all.some((one) => one.id === id && one.version >= version)
  const configs = new ConfigStore(call.env.DB)
  await configs.pipeline(call.workspace, ({ plugins }) => isThere(plugins))
  if (!OBSERVER_TYPES.includes(type)) return
  await configs.destinations(call.workspace, isThere)
  await wakeLanes(call, id, version)
}
