import type { SourceSettingsPatch } from '../../shared/config/source-settings-patch.ts'

const SECRETS = ['secrets', 'basicAuth', 'bearerToken', 'verifyToken'] as const

/** A change as the audit log may keep it: that a secret was set or taken away, never which. */
export function withoutSecrets<T extends { readonly settings?: SourceSettingsPatch | undefined }>(body: T): unknown {
  if (!body.settings) return body
  const settings: Record<string, unknown> = { ...body.settings }
  for (const name of SECRETS) if (settings[name] != null) settings[name] = 'set'
  return { ...body, settings }
}
