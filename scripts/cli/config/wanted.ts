import { WorkspaceSettings } from '../../../shared/config/workspace-config.ts'
import { WorkspacePatch } from '../../../shared/config/workspace-patch.ts'
import type { FieldError } from '../../../shared/kernel/failure.ts'
import { isObject, type JsonObject, type JsonValue } from '../../../shared/kernel/json.ts'
import { fieldErrors } from '../../../shared/segment/field-errors.ts'
import { valueAt } from './at-path.ts'
import { namesOf } from './kind.ts'
import { type Keys, KINDS, type Kind } from './kinds.ts'
import { InvalidEntry, under } from './normal-form.ts'
import { type Present, settingsFields } from './present.ts'
import { type Entry, SETTINGS, type State } from './state.ts'
import { readEntry, type WantedRules } from './wanted-entry.ts'

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
  const decided = withoutNulls(given as JsonObject)
  // What a change may say and the whole of the settings may not.
  const whole = WorkspaceSettings.safeParse(decided, { reportInput: true })
  if (!whole.success) {
    found.errors.push(...under('workspace', fieldErrors(whole.error.issues)))
    return
  }
  const fields = settingsFields(decided, (source) => source)
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
  const objects = (given as readonly JsonValue[]).filter(isObject)
  const names = kind.nameOf ? new Map(namesOf(kind, objects).map((name, i) => [objects[i], name])) : undefined
  for (const [i, raw] of (given as readonly JsonValue[]).entries()) {
    const called = isObject(raw) ? (names?.get(raw) ?? raw[key]) : undefined
    // As the API takes it.
    const name = typeof called === 'string' ? called.trim() : undefined
    if (!isObject(raw) || name === undefined) {
      found.errors.push({ path: `${section}.${i}.${key}`, message: 'is required' })
      continue
    }
    const at = `${section}.${i} (${name})`
    if (bodies.has(name)) found.errors.push({ path: at, message: 'is there twice: names are what things are known by' })
    const before = present.state[section]?.find((entry) => entry.name === name)
    try {
      const { shown, sent, hidden, notes } = readEntry(kind, kind.flat?.(raw) ?? raw, before, rules)
      found.hidden.push(...hidden)
      found.notes.push(...notes)
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

/** Sources are named; the API would only say of an id that it is none. What names one that is gone may stay as it is. */
function checkSources(present: Present, found: Found): void {
  const known = new Set([...(present.ids.get('sources')?.keys() ?? []), ...(found.bodies.get('sources')?.keys() ?? [])])
  const checkNamed = (section: string, { keys, section: of }: Kind['named'][number]) => {
    const there = new Set([...(present.ids.get(of)?.keys() ?? []), ...(found.bodies.get(of)?.keys() ?? [])])
    for (const { name, fields } of found.state[section] ?? []) {
      const named = valueAt(fields, keys)
      if (typeof named !== 'string' || there.has(named)) continue
      found.errors.push({ path: `${section} (${name}).${keys.join('.')}`, message: `there is no ${named} in ${of}` })
    }
  }
  const check = (section: string, name: string, keys: Keys) => {
    const namesIn = (state: State) => {
      const fields = state[section]?.find((entry) => entry.name === name)?.fields
      const named = valueAt(fields, keys) ?? []
      return Array.isArray(named) ? (named as readonly string[]) : Object.keys(named)
    }
    const before = namesIn(present.state)
    for (const source of namesIn(found.state)) {
      if (known.has(source) || before.includes(source)) continue
      found.errors.push({ path: `${section} (${name}).${keys.join('.')}`, message: `there is no source ${source}` })
    }
  }
  for (const { section, named } of KINDS) for (const one of named) checkNamed(section, one)
  for (const { section, sources } of KINDS)
    for (const { name } of found.state[section] ?? []) for (const keys of sources) check(section, name, keys)
  if (found.state['workspace']) check('workspace', SETTINGS, ['pipeline', 'sources'])
}
