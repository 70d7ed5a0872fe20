import { type DestinationConfig, DestinationRules } from '../shared/destination/destination-config.ts'
import { pluginType, pluginTypes } from '../shared/plugin/index.ts'
import type { PluginConfig } from '../shared/plugin/plugin-config.ts'

/**
 * A non-blocking plugin is what a lane delivers to: the same order, retries, breaker and dead letters as a destination's,
 * from the same code, under the plugin's own id.
 */
export const OBSERVER_TYPES: readonly string[] = pluginTypes
  .filter(({ code }) => code.by === 'lane')
  .map(({ name }) => name)

/** The plugin as lanes see it; none for plugins of another kind. */
export function observerOf(plugin: PluginConfig): readonly DestinationConfig[] {
  const code = pluginType(plugin.type)?.code
  if (code?.by !== 'lane') return []
  const { id, workspace, name, enabled, version, settings, sealed, delivery = {} } = plugin
  const rules = DestinationRules.safeParse(delivery)
  if (!rules.success) return []
  return [{ id, workspace, type: code.destination, name, enabled, version, rules: rules.data, settings, sealed }]
}
