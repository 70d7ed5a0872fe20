import type { DestinationConfig } from '../shared/destination/destination-config.ts'
import type { JsonObject } from '../shared/kernel/json.ts'
import { seal, unseal } from './sealing.ts'

/**
 * The settings of a destination or a plugin, the secret ones sealed in D1 and opened where a request is built, and nowhere
 * else.
 */
type Sealed = Pick<DestinationConfig, 'id' | 'workspace' | 'settings' | 'sealed'>

/** Per configuration as the cache holds it, so that a busy destination decrypts every few seconds and not every send. */
const opened = new WeakMap<object, JsonObject>()

/** All settings. @throws when they cannot be opened: the row was tampered with, or the deployment's secret was changed */
export function settingsOf(secret: string, destination: Sealed): JsonObject {
  const known = opened.get(destination)
  if (known) return known
  const settings = { ...destination.settings, ...secretSettingsOf(secret, destination) } as JsonObject
  opened.set(destination, settings)
  return settings
}

export function secretSettingsOf(secret: string, destination: Sealed): Record<string, unknown> {
  if (destination.sealed === null) return {}
  return JSON.parse(unseal(secret, placeOf(destination), destination.sealed)) as Record<string, unknown>
}

/** The open settings as JSON and the secret ones sealed, as they are kept. */
export function keptSettings(
  secret: string,
  destination: Pick<DestinationConfig, 'id' | 'workspace'>,
  { secrets }: { readonly secrets: readonly string[] },
  settings: Readonly<Record<string, unknown>>,
): { readonly open: string; readonly sealed: string | null } {
  const entries = Object.entries(settings).filter(([, value]) => value !== undefined)
  const of = (isSecret: boolean) => Object.fromEntries(entries.filter(([name]) => secrets.includes(name) === isSecret))
  const hidden = of(true)
  const sealed = Object.keys(hidden).length === 0 ? null : seal(secret, placeOf(destination), JSON.stringify(hidden))
  return { open: JSON.stringify(of(false)), sealed }
}

function placeOf({ workspace, id }: Pick<DestinationConfig, 'id' | 'workspace'>): string {
  return `${workspace}/${id}`
}
