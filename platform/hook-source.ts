import type { SecretSourceSettings } from '../shared/config/source-settings.ts'
import type { SourceConfig } from '../shared/config/workspace-config.ts'
import { ConfigStore, type Unread } from './config-store.ts'
import { secretsOf } from './source-secrets.ts'

/** What the check of a webhook's signature needs to know of its source. */
export interface HookSource {
  readonly source: SourceConfig
  readonly secrets: SecretSourceSettings
}

/**
 * A webhook's source with its secrets in the clear, from the isolate's cache. A source that is disabled or of another
 * kind is `unknown`, as one that was never there.
 * @throws when the secrets cannot be opened: the deployment's secret was changed
 */
export async function hookSource(
  env: Env,
  sourceId: string,
  configs = new ConfigStore(env.DB),
): Promise<HookSource | Unread> {
  const source = await configs.source(sourceId)
  if (source === 'unknown' || source === 'unreadable') return source
  if (source.kind !== 'webhook' || !source.enabled) return 'unknown'
  return { source, secrets: secretsOf(env.IDENTITY_SECRET, source) }
}
