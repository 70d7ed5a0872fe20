import { SecretSourceSettings } from '../shared/config/source-settings.ts'
import type { SourceConfig } from '../shared/config/workspace-config.ts'
import { seal, unseal } from './sealing.ts'

/** A source's secret settings: sealed in D1, opened where a signature is to be checked, and nowhere else. */
type Sealed = Pick<SourceConfig, 'id' | 'workspace' | 'sealed'>

/** Per configuration as the cache holds it, so that a busy webhook decrypts every few seconds and not every request. */
const opened = new WeakMap<object, SecretSourceSettings>()

/**
 * @param secret IDENTITY_SECRET
 * @throws when they cannot be opened: the row was tampered with, or the deployment's secret was changed
 */
export function secretsOf(secret: string, source: Sealed): SecretSourceSettings {
  const known = opened.get(source)
  if (known) return known
  const secrets = SecretSourceSettings.parse(
    source.sealed === null ? {} : JSON.parse(unseal(secret, placeOf(source), source.sealed)),
  )
  opened.set(source, secrets)
  return secrets
}

/** As they are kept; null when there are none. */
export function sealedSecrets(
  secret: string,
  source: Pick<SourceConfig, 'id' | 'workspace'>,
  secrets: SecretSourceSettings,
): string | null {
  return Object.keys(secrets).length === 0 ? null : seal(secret, placeOf(source), JSON.stringify(secrets))
}

function placeOf({ workspace, id }: Pick<SourceConfig, 'id' | 'workspace'>): string {
  return `${workspace}/${id}`
}
