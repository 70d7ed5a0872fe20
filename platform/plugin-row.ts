import { type PluginConfig, PluginRules } from '../shared/plugin/plugin-config.ts'
import { log } from './log.ts'

/** A plugin as D1 keeps it. */
export interface PluginRow {
  readonly workspace: string
  readonly id: string
  readonly type: string
  readonly name: string
  readonly position: number
  readonly enabled: number
  readonly document: string
  readonly sealed: string | null
  readonly version: number
  readonly created_at: number
  readonly updated_at: number
}

export const PLUGIN_COLUMNS =
  'workspace, id, type, name, position, enabled, document, sealed, version, created_at, updated_at'

export function pluginConfigOf(row: PluginRow): PluginConfig {
  const { workspace, id, type, name, position, sealed, version } = row
  const rules = PluginRules.parse(JSON.parse(row.document))
  return { ...rules, workspace, id, type, name, position, enabled: row.enabled === 1, sealed, version }
}

/** A plugin that this code cannot read is left out and reported: one bad row must not stop the others. */
export function readablePlugin(row: PluginRow): readonly PluginConfig[] {
  try {
    return [pluginConfigOf(row)]
  } catch (fault) {
    log.error('a plugin is not readable', { workspace: row.workspace, plugin: row.id, fault })
    return []
  }
}
