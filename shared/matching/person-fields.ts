import type { MatchField } from '../identity/matching-settings.ts'
import { type Dict, dict, isObject, type JsonObject, type JsonValue } from '../kernel/json.ts'
import { type Field, type Kind, MAX_FIELDS, type Prepared, prepare, type Schema } from './record.ts'

/**
 * A profile as a personal record: which of its traits the workspace compares, and what they say. Several traits of one kind
 * (`firstName`, `first_name`) are one field, and the first that is there speaks.
 */
export interface PersonFields {
  readonly schema: Schema
  /** By field of the schema and by column of whole names: the traits it is read from. */
  readonly traits: Dict<readonly string[]>
  /** The same for the same fields: what is indexed or learned under another one can't be compared. */
  readonly fingerprint: string
}

/** Kinds of which a person has several fields, each its own. */
const SEVERAL: ReadonlySet<MatchField> = new Set(['id', 'place', 'text'])
const FULL = 'full'

export function personFields(fields: Readonly<Record<string, MatchField>>): PersonFields {
  const traits = dict<string[]>()
  const kinds = new Map<string, Kind>()
  let full = false
  for (const trait of Object.keys(fields).sort()) {
    const kind = fields[trait] as MatchField
    const name = SEVERAL.has(kind) ? trait : kind
    traits[name] = [...(traits[name] ?? []), trait]
    if (kind === FULL) full = true
    else kinds.set(name, kind)
  }
  if (full) for (const kind of ['given', 'surname', 'middle'] as const) if (!kinds.has(kind)) kinds.set(kind, kind)
  const schema = {
    fields: [...kinds].map(([name, kind]): Field => ({ name, kind })).slice(0, MAX_FIELDS),
    full: full ? [FULL] : [],
  }
  return { schema, traits, fingerprint: JSON.stringify([schema, Object.entries(traits)]) }
}

/** What there is of a profile to compare. */
export interface Person {
  readonly traits: JsonObject
  readonly identifiers: readonly { readonly type: string; readonly value: string; readonly lastSeen: string }[]
}

/** Longest value that is kept of a field. */
const LONGEST = 255

/** The values of the compared fields as the profile has them; a mailbox or phone also from its identifiers. */
export function valuesOf({ schema, traits }: PersonFields, person: Person): Dict<string> {
  const values = dict<string>()
  for (const { name, kind } of [...schema.fields, ...schema.full.map((name) => ({ name, kind: 'text' as const }))]) {
    const found = (traits[name] ?? []).map((trait) => textAt(person.traits, trait)).find((text) => text !== '')
    const value = found ?? (kind === 'email' || kind === 'phone' ? newestOf(person, kind) : '')
    if (value !== '') values[name] = value.slice(0, LONGEST)
  }
  return values
}

export function preparePerson({ schema }: PersonFields, id: string, values: Dict<string>): Prepared {
  return prepare(schema, id, values)
}

/** A trait of that very name, else the value its path leads to. Only texts and numbers say something. */
function textAt(traits: JsonObject, path: string): string {
  let value: JsonValue | undefined = Object.hasOwn(traits, path) ? traits[path] : undefined
  if (value === undefined) {
    value = traits
    for (const name of path.split('.')) {
      value = isObject(value) && Object.hasOwn(value, name) ? (value[name] as JsonValue) : undefined
    }
  }
  return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : ''
}

function newestOf({ identifiers }: Person, type: string): string {
  const ofType = identifiers.filter((identifier) => identifier.type === type)
  return ofType.reduce((best, one) => (one.lastSeen > best.lastSeen ? one : best), { value: '', lastSeen: '' }).value
}

/** Whether a change of these traits may change what is compared. */
export function touches(fields: Readonly<Record<string, MatchField>>, traits: readonly string[]): boolean {
  const roots = new Set(Object.keys(fields).flatMap((path) => [path, path.split('.')[0] as string]))
  return traits.some((trait) => roots.has(trait) || roots.has(trait.split('.')[0] as string))
}
