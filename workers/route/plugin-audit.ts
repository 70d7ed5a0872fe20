import { contentHash } from '../../platform/hashing.ts'
import type { PluginManifest } from '../../shared/plugin/manifest.ts'
import { withoutSecretSettings } from './destination-audit.ts'

/** A change as the audit log may keep it: that a secret was set, never which; of code its size and hash. */
export function auditedPlugin(
  manifest: PluginManifest,
  body: { readonly settings?: Readonly<Record<string, unknown>> | undefined },
): Record<string, unknown> {
  const { settings, ...rest } = withoutSecretSettings(manifest, body)
  if (settings === undefined) return rest
  const { code, ...others } = settings as Record<string, unknown>
  if (typeof code !== 'string') return { ...rest, settings }
  return { ...rest, settings: { ...others, code: { chars: code.length, hash: contentHash(code) } } }
}
