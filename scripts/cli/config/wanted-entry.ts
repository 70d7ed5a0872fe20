import type { z } from 'zod'
import { hintOf } from '../../../shared/config/source-settings.ts'
import { isObject, type JsonObject, type JsonValue } from '../../../shared/kernel/json.ts'
import { fieldErrors } from '../../../shared/segment/field-errors.ts'
import type { Environment } from '../../local/settings.ts'
import { valueAt, withAt } from './at-path.ts'
import type { Keys, Kind, SettingsType } from './kinds.ts'
import { InvalidEntry, under } from './normal-form.ts'
import { compact } from './present.ts'
import { type Entry, isSecretMark, last4Of, secretMark } from './state.ts'

export interface WantedRules {
  readonly env: Environment
  /** Secrets are written again, though they seem to be the ones that are there. */
  readonly withSecrets: boolean
  /** Nothing will be sent: whoever reviews a change need not have the secrets. */
  readonly isLookedAt?: boolean
}

/** One thing of the file. */
export interface WantedEntry {
  /** As it is compared, with marks for secrets. */
  readonly shown: JsonObject
  /** As it is sent. */
  readonly sent: JsonObject
  /** What came from the environment. */
  readonly hidden: readonly string[]
  readonly notes: readonly string[]
}

/** @throws InvalidEntry naming the field at fault */
export function readEntry(kind: Kind, raw: JsonObject, before: Entry | undefined, rules: WantedRules): WantedEntry {
  const hidden: string[] = []
  const references = referencesIn(raw['settings'])
  let filled = raw
  const unset: Reference[] = []
  for (const reference of references) {
    const value = rules.env[reference.name]
    if (value === undefined || value === '') unset.push(reference)
    else hidden.push(value)
    filled = withAt(filled, ['settings', ...reference.keys], value || UNSET)
  }
  const secrets = kind.secrets(filled)
  const open = secrets.filter((keys) => !references.some((reference) => isSame(reference.keys, keys)))
  if (open.length > 0) {
    const message = 'is a secret: name the variable of the environment that has it, as { "env": "NAME" }'
    throw new InvalidEntry(open.map((keys) => ({ path: `settings.${keys.join('.')}`, message })))
  }
  const markBefore = (keys: Keys) => {
    const mark = valueAt(before?.fields, ['settings', ...keys])
    return isSecretMark(mark) ? mark : undefined
  }
  const isSecret = ({ keys }: Reference) => secrets.some((one) => isSame(one, keys))
  const lacking = unset.filter((reference) => !isSecret(reference) || !markBefore(reference.keys))
  const refused = rules.isLookedAt ? lacking.filter((reference) => !isSecret(reference)) : lacking
  if (refused.length > 0) {
    const errors = refused.map(({ keys, name }) => ({
      path: `settings.${keys.join('.')}`,
      message: `is in ${name}, which is not set in the environment`,
    }))
    throw new InvalidEntry(errors)
  }
  const notes = unset.map((reference) =>
    lacking.includes(reference)
      ? `${reference.name} is not set: apply needs it`
      : `${reference.name} is not set: the secret that is there stays`,
  )
  let sent = parsed(kind, filled, unset.length === 0)
  let shown = sent
  for (const keys of secrets) {
    const mark = markBefore(keys)
    const path = ['settings', ...keys]
    if (unset.some((reference) => isSame(reference.keys, keys))) {
      // As the API takes a secret that is to stay; of the password of a webhook it is enough not to name it.
      const kept = keys.length > 1 && keys.at(-1) === 'password' ? undefined : { last4: last4Of(mark ?? '') }
      sent = withAt(sent, path, kept)
      shown = withAt(shown, path, mark ?? secretMark(''))
    } else {
      const { last4 } = hintOf(String(valueAt(sent, path)))
      // How some end is never told: they cannot be compared, and count as the same.
      const same = mark !== undefined && (last4Of(mark) === '' || last4Of(mark) === last4)
      shown = withAt(shown, path, rules.withSecrets ? secretMark(`${last4}, again`) : same ? mark : secretMark(last4))
    }
  }
  return { shown: kind.normal?.(shown) ?? shown, sent, hidden, notes }
}

/** Long enough for whatever a setting asks of a secret's length; it is never sent. */
const UNSET = 'this-variable-of-the-environment-is-not-set'

function parsed(kind: Kind, raw: JsonObject, isWhole: boolean): JsonObject {
  const body = kind.body.safeParse(raw, { reportInput: true })
  if (!body.success) throw new InvalidEntry(fieldErrors(body.error.issues))
  const fields = compact(JSON.parse(JSON.stringify(body.data)) as JsonObject)
  const type = kind.settingsType?.(fields)
  if (!type) return fields
  const given = (fields['settings'] ?? {}) as JsonObject
  const settings = isWhole ? wholeSettings(type, given) : settingsOneByOne(type, given)
  // With the defaults of its type, as it will be read.
  return compact({ ...fields, settings: JSON.parse(JSON.stringify(settings)) as JsonObject })
}

function wholeSettings(type: SettingsType, given: JsonObject): unknown {
  const settings = type.settings.safeParse(given, { reportInput: true })
  if (!settings.success) throw new InvalidEntry(under('settings', fieldErrors(settings.error.issues)))
  return settings.data
}

/** While a secret is not known here: the type may ask something of it that what stands in its place does not have. */
function settingsOneByOne({ settings }: SettingsType, given: JsonObject): Record<string, unknown> {
  const known = Object.entries(settings.shape).map(([name, schema]) => {
    const parsed = (schema as z.ZodType).safeParse(given[name])
    return [name, parsed.success ? parsed.data : given[name]] as const
  })
  return { ...given, ...Object.fromEntries(known.filter(([, value]) => value !== undefined)) }
}

interface Reference {
  readonly keys: Keys
  readonly name: string
}

/** As variables are called; `{ "env": "production" }` is a setting like any other. */
const VARIABLE = /^[A-Z_][A-Z0-9_]*$/

/** Every `{ "env": "NAME" }` in settings. */
function referencesIn(value: JsonValue | undefined, keys: Keys = []): readonly Reference[] {
  if (typeof value !== 'object' || value === null) return []
  if (isObject(value) && Object.keys(value).length === 1 && VARIABLE.test(String(value['env'])))
    return [{ keys, name: String(value['env']) }]
  return Object.entries(value).flatMap(([key, inner]) => referencesIn(inner as JsonValue, [...keys, key]))
}

function isSame(a: Keys, b: Keys): boolean {
  return a.length === b.length && a.every((key, i) => key === b[i])
}
