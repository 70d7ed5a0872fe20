import type { PluginManifest } from './manifest.ts'
import { javascript } from './type/javascript.ts'
import { javascriptObserver } from './type/javascript-observer.ts'
import { remote } from './type/remote.ts'
import { remoteBatch } from './type/remote-batch.ts'
import { remoteObserver } from './type/remote-observer.ts'
import { sample } from './type/sample.ts'
import { serviceBinding } from './type/service-binding.ts'

/**
 * Every type of plugin that can be installed, in the order of the documentation. Input plugins are not among them: they
 * are the providers and connectors of webhook sources (shared/provider, shared/connector).
 */
export const pluginTypes: readonly PluginManifest[] = [
  remote,
  serviceBinding,
  javascript,
  sample,
  remoteObserver,
  javascriptObserver,
  remoteBatch,
]

const byName = new Map(pluginTypes.map((manifest) => [manifest.name, manifest]))

export function pluginType(name: string): PluginManifest | undefined {
  return byName.get(name)
}
