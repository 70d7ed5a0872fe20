import { isObject, type JsonObject, type JsonValue, own } from '../kernel/json.ts'
import type { Definition } from '../profile/definitions.ts'
import type { Condition } from '../segment/condition.ts'
import { documentPerson } from '../segment/document-view.ts'
import type { Reads } from '../segment/kind.ts'
import { NOBODY, type PersonView } from '../segment/person-view.ts'
import type { DocumentTrait, ProfileDocument } from '../segment/profile-document.ts'
import type { Verdict } from '../segment/signal.ts'

/**
 * Which parts of a document a condition needs, as paths for SQLite's json_extract, and the verdict over what was
 * extracted. SQL only cuts out; the one evaluator decides.
 *
 * @law the verdict over a projection is the verdict over the whole document
 */
export interface Projection {
  /** At least two, so that json_extract always answers an array. */
  readonly paths: readonly string[]
  /** The verdict depends on nothing but the extracted text and the instant: equal texts, equal verdicts. */
  readonly byTextAlone: boolean
  verdict(extracted: string, id: string, now: number): Verdict
}

/** More paths than that walk a document more often than reading a whole section would. */
const MOST_PATHS = 24

export function projectionOf(definition: Definition): Projection {
  const { reads, prepared, surroundings } = definition
  if (isPlain(definition.condition)) return plainProjection(definition)
  const parts: Part[] = [SEEN, ...sections(reads)]
  const paths = parts.flatMap(({ path }) => path)
  // json_extract with one path answers a bare value.
  while (paths.length < 2) paths.push('$.workspace')
  return {
    paths,
    byTextAlone: false,
    verdict(extracted, id, now) {
      const values = JSON.parse(extracted) as JsonValue[]
      const document = emptyDocument(id)
      let i = 0
      for (const part of parts) {
        part.put(document, values.slice(i, i + part.path.length))
        i += part.path.length
      }
      return prepared.member(documentPerson(document as ProfileDocument, surroundings), now)
    },
  }
}

/** The same evaluator over nothing but values of traits: for conditions that ask for no more, several times as fast. */
function plainProjection({ reads, prepared, surroundings }: Definition): Projection {
  const named = pathsIn('$.traits', reads.traits, '.value')
  const paths = [...(named ?? ['$.traits'])]
  while (paths.length < 2) paths.push('$.workspace')
  const places = new Map(reads.traits.map((name, i) => [name, i]))
  let values: readonly JsonValue[] = []
  const person: PersonView = {
    ...NOBODY,
    known: true,
    trait(name) {
      if (!named) return isObject(values[0]) ? (own(values[0], name) as DocumentTrait | undefined) : undefined
      const value = values[places.get(name) as number]
      return value === null || value === undefined ? undefined : { value, at: 0 }
    },
    percentiles: (path) => surroundings.percentiles.get(path),
  }
  return {
    paths,
    byTextAlone: true,
    verdict(extracted, _, now) {
      values = JSON.parse(extracted) as JsonValue[]
      return prepared.member(person, now)
    },
  }
}

/** Built of values of traits alone: no clock, no history, no ID. */
const PLAIN: ReadonlySet<Condition['type']> = new Set(['trait', 'percentile', 'everyone'])

function isPlain(condition: Condition): boolean {
  switch (condition.type) {
    case 'and':
    case 'or':
      return condition.conditions.every(isPlain)
    case 'not':
      return isPlain(condition.condition)
    default:
      return PLAIN.has(condition.type)
  }
}

type Draft = { -readonly [K in keyof ProfileDocument]: ProfileDocument[K] }

interface Part {
  readonly path: readonly string[]
  put(document: Draft, values: readonly JsonValue[]): void
}

/** When the person was seen bounds whatever happened. */
const SEEN: Part = {
  path: ['$.firstSeen', '$.lastSeen'],
  put(document, [firstSeen, lastSeen]) {
    document.firstSeen = firstSeen as number
    document.lastSeen = lastSeen as number
  },
}

/** Each section a condition reads, cut down to the names it reads where they can be said as paths. */
function sections(reads: Reads): Part[] {
  const traits = [...new Set([...reads.traits, ...reads.histories])]
  // What names fold into, once there are too many of them.
  const exact = reads.events.every((name) => !name.endsWith('*')) ? [...reads.events, 'other'] : undefined
  const parts: Part[] = []
  if (traits.length > 0) parts.push(named('traits', traits))
  if (reads.events.length > 0) parts.push(exact ? named('counters', exact) : section('counters'))
  if (reads.identifiers.length > 0) parts.push(named('identifiers', reads.identifiers))
  if (reads.consents.length > 0) parts.push(named('consents', reads.consents))
  if (reads.computed.length > 0) parts.push(section('computed'))
  // Segments read segments and computed traits in turn; what they said last is small.
  if (reads.segments.length > 0) parts.push(section('memberships'), section('computed'))
  return parts
}

type Section = 'traits' | 'counters' | 'identifiers' | 'consents' | 'memberships' | 'computed'

function section(name: Section): Part {
  return {
    path: [`$.${name}`],
    put(document, [value]) {
      document[name] = (isObject(value) ? value : {}) as never
    },
  }
}

function named(name: Section, keys: readonly string[]): Part {
  const path = pathsIn(`$.${name}`, keys, '')
  if (!path) return section(name)
  return {
    path,
    put(document, values) {
      const entries = values.map((value, i) => [keys[i] as string, value] as const)
      document[name] = Object.fromEntries(entries.filter(([, value]) => value !== null)) as never
    },
  }
}

/** Undefined when a name cannot be said within the quotes of a path, or there are too many. */
function pathsIn(base: string, keys: readonly string[], rest: string): readonly string[] | undefined {
  if (keys.length > MOST_PATHS || !keys.every(isSayable)) return undefined
  return keys.map((key) => `${base}."${key}"${rest}`)
}

export function isSayable(key: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes them, so a path would not find them
  return !/["\\\u0000-\u001f\u007f\ud800-\udfff]/u.test(key)
}

function emptyDocument(id: string): Draft {
  const empty: JsonObject = {}
  return {
    id,
    workspace: '',
    version: 0,
    configVersion: 0,
    traits: {},
    identifiers: {},
    counters: {},
    memberships: empty as ProfileDocument['memberships'],
    consents: {},
    computed: {},
    firstSeen: 0,
    lastSeen: 0,
  }
}
