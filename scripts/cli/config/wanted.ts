import { hintOf } from '../../../shared/config/source-settings.ts'
import { WorkspacePatch } from '../../../shared/config/workspace-patch.ts'
import type { FieldError } from '../../../shared/kernel/failure.ts'
import { isObject, type JsonObject, type JsonValue } from '../../../shared/kernel/json.ts'
import { fieldErrors } from '../../../shared/segment/field-errors.ts'
import type { Environment } from '../../local/settings.ts'
import { valueAt, withAt } from './at-path.ts'
import { type Keys, KINDS, type Kind } from './kinds.ts'
import { InvalidEntry, under } from './normal-form.ts'
import { compact, type Present, settingsFields } from './present.ts'
import { type Entry, isSecretMark, last4Of, SETTINGS, type State, secretMark } from './state.ts'

/** What the file asks for, compared by `state` and sent by `bodies`. */
export interface Wanted {
  readonly state: State
  /** By section and name: with secrets in their place, sources still by name. */
  readonly bodies: ReadonlyMap<string, ReadonlyMap<string, JsonObject>>
  /** What came from the environment: never to be shown. */
  readonly hidden: readonly string[]
  /** What the person should know. */
  readonly notes: readonly string[]
}

export interface WantedRules {
  readonly env: Environment
  /** Secrets are written again, though they seem to be the ones that are there. */
  readonly withSecrets: boolean
}

export const SECTIONS: readonly string[] = ['workspace', ...KINDS.map(({ section }) => section)]

/** The sections of a file. @throws InvalidEntry for what is none */
export function sectionsIn(file: unknown): readonly string[] {
  if (!isObject(file)) throw new InvalidEntry([{ path: '', message: 'must be an object of sections' }])
  const given = Object.keys(file).filter((section) => section !== '$schema')
  const unknown = given.filter((section) => !SECTIONS.includes(section))
  if (unknown.length > 0) {
    const message = `is no section; there are ${SECTIONS.join(', ')}`
    throw new InvalidEntry(unknown.map((path) => ({ path, message })))
  }
  return given
}

/** What is found on the way through the file. */
interface Found {
  readonly state: Record<string, readonly Entry[]>
  readonly bodies: Map<string, ReadonlyMap<string, JsonObject>>
  readonly hidden: string[]
  readonly notes: string[]
  readonly errors: FieldError[]
}

/** Reads the file against the present, which says what secrets are there. @throws InvalidEntry naming every field at fault */
export function wantedBy(file: JsonObject, present: Present, rules: WantedRules): Wanted {
  const found: Found = { state: {}, bodies: new Map(), hidden: [], notes: [], errors: [] }
  const sections = sectionsIn(file)
  // Sources first: others name them.
  for (const kind of KINDS.filter(({ section }) => sections.includes(section))) {
    readSection(kind, file[kind.section], present, rules, found)
  }
  if (sections.includes('workspace')) readSettings(file['workspace'], found)
  checkSources(present, found)
  if (found.errors.length > 0) throw new InvalidEntry(found.errors)
  return found
}

function readSettings(given: JsonValue | undefined, found: Found): void {
  // As a change may have it, so that a spelling mistake is told; what is not named has its default.
  const parsed = WorkspacePatch.safeParse(given, { reportInput: true })
  if (!parsed.success) {
    found.errors.push(...under('workspace', fieldErrors(parsed.error.issues)))
    return
  }
  const fields = settingsFields(withoutNulls(given as JsonObject), (source) => source)
  found.state['workspace'] = [{ name: SETTINGS, fields }]
}

/** In a change null means the default, which here is what is not named. */
function withoutNulls(value: JsonObject): JsonObject {
  const said = Object.entries(value).filter(([, inner]) => inner !== null)
  return Object.fromEntries(said.map(([key, inner]) => [key, isObject(inner) ? withoutNulls(inner) : inner]))
}

function readSection(
  kind: Kind,
  given: JsonValue | undefined,
  present: Present,
  rules: WantedRules,
  found: Found,
): void {
  const { section, key } = kind
  if (!Array.isArray(given)) {
    found.errors.push({ path: section, message: 'must be a list' })
    return
  }
  const bodies = new Map<string, JsonObject>()
  const entries: Entry[] = []
  for (const [i, raw] of (given as readonly JsonValue[]).entries()) {
    const name = isObject(raw) ? raw[key] : undefined
    if (!isObject(raw) || typeof name !== 'string') {
      found.errors.push({ path: `${section}.${i}.${key}`, message: 'is required' })
      continue
    }
    const at = `${section}.${i} (${name})`
    if (bodies.has(name)) found.errors.push({ path: at, message: 'is there twice: names are what things are known by' })
    const before = present.state[section]?.find((entry) => entry.name === name)
    try {
      const { shown, sent } = readEntry(kind, raw, before, rules, found)
      bodies.set(name, sent)
      entries.push({ name, fields: shown })
    } catch (error) {
      if (!(error instanceof InvalidEntry)) throw error
      found.errors.push(...under(at, error.errors))
    }
  }
  found.state[section] = entries
  found.bodies.set(section, bodies)
}

/** One thing of the file, as it is compared and as it is sent. @throws InvalidEntry */
function readEntry(
  kind: Kind,
  raw: JsonObject,
  before: Entry | undefined,
  rules: WantedRules,
  found: Found,
): { readonly shown: JsonObject; readonly sent: JsonObject } {
  const references = referencesIn(raw['settings'])
  let filled = raw
  const unset: Reference[] = []
  for (const reference of references) {
    const value = rules.env[reference.name]
    if (value === undefined || value === '') unset.push(reference)
    else found.hidden.push(value)
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
  const lacking = unset.filter(({ keys }) => !secrets.some((one) => isSame(one, keys)) || !markBefore(keys))
  if (lacking.length > 0) {
    const errors = lacking.map(({ keys, name }) => ({
      path: `settings.${keys.join('.')}`,
      message: `is in ${name}, which is not set in the environment`,
    }))
    throw new InvalidEntry(errors)
  }
  for (const { name } of unset) found.notes.push(`${name} is not set: the secret that is there stays`)
  let sent = parsed(kind, filled, unset.length === 0)
  let shown = sent
  for (const keys of secrets) {
    const mark = markBefore(keys)
    const path = ['settings', ...keys]
    if (unset.some((reference) => isSame(reference.keys, keys))) {
      // As the API takes a secret that is to stay; of a password it is enough not to name it.
      const kept = keys.at(-1) === 'password' ? undefined : { last4: last4Of(mark ?? '') }
      sent = withAt(sent, path, kept)
      shown = withAt(shown, path, mark)
    } else {
      const { last4 } = hintOf(String(valueAt(sent, path)))
      // How some end is never told: they cannot be compared, and count as the same.
      const same = mark !== undefined && (last4Of(mark) === '' || last4Of(mark) === last4)
      shown = withAt(shown, path, rules.withSecrets ? secretMark(`${last4}, again`) : same ? mark : secretMark(last4))
    }
  }
  return { shown: kind.normal?.(shown) ?? shown, sent }
}

/** Long enough for whatever a setting asks of a secret's length; it is never sent. */
const UNSET = 'this-variable-of-the-environment-is-not-set'

function parsed(kind: Kind, raw: JsonObject, isWhole: boolean): JsonObject {
  const body = kind.body.safeParse(raw, { reportInput: true })
  if (!body.success) throw new InvalidEntry(fieldErrors(body.error.issues))
  const fields = compact(JSON.parse(JSON.stringify(body.data)) as JsonObject)
  const type = kind.settingsType?.(fields)
  if (!type || !isWhole) return fields
  const settings = type.settings.safeParse(fields['settings'] ?? {}, { reportInput: true })
  if (!settings.success) throw new InvalidEntry(under('settings', fieldErrors(settings.error.issues)))
  // With the defaults of its type, as it will be read.
  return compact({ ...fields, settings: JSON.parse(JSON.stringify(settings.data)) as JsonObject })
}

interface Reference {
  readonly keys: Keys
  readonly name: string
}

/** Every `{ "env": "NAME" }` in settings. */
function referencesIn(value: JsonValue | undefined, keys: Keys = []): readonly Reference[] {
  if (typeof value !== 'object' || value === null) return []
  if (isObject(value) && Object.keys(value).length === 1 && typeof value['env'] === 'string')
    return [{ keys, name: value['env'] }]
  return Object.entries(value).flatMap(([key, inner]) => referencesIn(inner as JsonValue, [...keys, key]))
}

function isSame(a: Keys, b: Keys): boolean {
  return a.length === b.length && a.every((key, i) => key === b[i])
}

/** Sources are named; the API would only say of an id that it is none. */
function checkSources(present: Present, found: Found): void {
  const known = new Set([...(present.ids.get('sources')?.keys() ?? []), ...(found.bodies.get('sources')?.keys() ?? [])])
  for (const { section, sources } of KINDS) {
    for (const { name, fields } of found.state[section] ?? []) {
      for (const keys of sources) {
        const named = (valueAt(fields, keys) ?? []) as readonly string[]
        for (const source of named.filter((one) => !known.has(one)))
          found.errors.push({ path: `${section} (${name}).${keys.join('.')}`, message: `there is no source ${source}` })
      }
    }
  }
  const pipeline = found.state['workspace']?.[0]?.fields['pipeline'] as JsonObject | undefined
  for (const source of Object.keys((pipeline?.['sources'] ?? {}) as JsonObject))
    if (!known.has(source))
      found.errors.push({ path: 'workspace.pipeline.sources', message: `there is no source ${source}` })
}
