import { readDefinitions } from '../../platform/change-definitions.ts'
import { outboundRules, refusedUrl } from '../../platform/outbound-address.ts'
import { hintOf, SecretHint } from '../../shared/config/source-settings.ts'
import { DestinationRules } from '../../shared/destination/destination-config.ts'
import type { DestinationType } from '../../shared/destination/destination-type.ts'
import type { Failure, FieldError } from '../../shared/kernel/failure.ts'
import type { JsonValue } from '../../shared/kernel/json.ts'
import { ok, type Result } from '../../shared/kernel/result.ts'
import { fieldErrors } from '../../shared/segment/field-errors.ts'
import type { Call } from '../http/serve.ts'
import { checkCondition, unprocessable } from './check-condition.ts'

type Settings = Readonly<Record<string, unknown>>

/** What settings are checked against: a type of destination, or a plugin's manifest. */
type SettingsKind = Pick<DestinationType, 'settings' | 'secrets' | 'addresses'>

/** Settings as the type wants them, and addresses that may be called; 422 with the path otherwise. */
export function checkSettings({ env }: Call, type: SettingsKind, settings: Settings): Result<Settings, Failure> {
  const parsed = type.settings.safeParse(settings, { reportInput: true })
  if (!parsed.success) {
    const errors = fieldErrors(parsed.error.issues)
    return unprocessable(errors.map(({ path, message }) => ({ path: under('settings', path), message })))
  }
  const refused = type.addresses.flatMap((name): FieldError[] => {
    const address = parsed.data[name]
    const message = typeof address === 'string' ? refusedUrl(address, outboundRules(env)) : undefined
    return message === undefined ? [] : [{ path: `settings.${name}`, message }]
  })
  return refused.length > 0 ? unprocessable(refused) : ok(parsed.data)
}

/** A change of settings: `null` takes one away, and a hint stands for the secret that is there. */
export function changedSettings(type: SettingsKind, before: Settings, change: Settings): Result<Settings, Failure> {
  const after: Record<string, unknown> = { ...before }
  const wrong: FieldError[] = []
  for (const [name, value] of Object.entries(change)) {
    const hint = type.secrets.includes(name) ? SecretHint.safeParse(value) : undefined
    if (value === null) delete after[name]
    else if (!hint?.success) after[name] = value
    else if (typeof before[name] !== 'string' || hintOf(before[name]).last4 !== hint.data.last4) {
      wrong.push({ path: `settings.${name}`, message: 'there is no such secret to keep' })
    }
  }
  return wrong.length > 0 ? unprocessable(wrong) : ok(after)
}

interface GivenRules {
  readonly filter?:
    | { readonly condition?: JsonValue | undefined; readonly segments?: readonly string[] | undefined }
    | null
    | undefined
  readonly mapping?: unknown
  readonly consent?: unknown
  readonly rateLimitPerSecond?: number | null | undefined
}

/** Rules that may be saved: the condition is one, and what it and the filter read exists. */
export async function checkRules(
  { env, workspace }: Call,
  given: GivenRules,
): Promise<Result<DestinationRules, Failure>> {
  const { filter, mapping = null, consent = null, rateLimitPerSecond = null } = given
  if (filter?.condition !== undefined || filter?.segments) {
    const definitions = await readDefinitions(env, workspace)
    const missing = (filter.segments ?? []).flatMap((key, i) =>
      definitions.segments.has(key) ? [] : [{ path: `filter.segments.${i}`, message: `there is no segment ${key}` }],
    )
    if (missing.length > 0) return unprocessable(missing)
    const checked =
      filter.condition === undefined ? undefined : checkCondition(filter.condition, definitions, undefined)
    if (checked && !checked.ok) {
      const errors = checked.failure.errors ?? []
      return unprocessable(errors.map(({ path, message }) => ({ path: under('filter', path), message })))
    }
  }
  return ok(DestinationRules.parse({ filter: filter ?? {}, mapping, consent, rateLimitPerSecond }))
}

function under(parent: string, path: string): string {
  return path === '' ? parent : `${parent}.${path}`
}
