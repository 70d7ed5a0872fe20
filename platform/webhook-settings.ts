import type { SourceConfig } from '../shared/config/workspace-config.ts'
import type { HookSettings } from '../shared/provider/hook-request.ts'
import { secretsOf } from './source-secrets.ts'

/** What a source was told about its provider, the secrets opened. @throws when they cannot be opened */
export function hookSettings(secret: string, source: SourceConfig): HookSettings {
  const { secrets = [], basicAuth, bearerToken, verifyToken } = secretsOf(secret, source)
  return { ...source.settings, secrets, basicAuth, bearerToken, verifyToken }
}
