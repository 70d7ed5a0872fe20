import type { JsonObject, JsonValue } from '../kernel/json.ts'
import { typeOf } from './evaluate-scalar.ts'
import { hasFormat } from './format.ts'

/**
 * What was seen of events of one name: by path which types came how often, and what all texts there have in common. Facts
 * add up in any order. Bounds keep what is smallest by its text, which is the same whatever came first.
 */
export interface EventFacts {
  count: number
  /** By pointer; `*` stands for all elements of an array. */
  readonly paths: Map<string, PathFacts>
}

export interface PathFacts {
  readonly types: { [type: string]: number }
  /** Distinct texts while they are few and could be words of a choice; null: they are not. */
  texts: readonly string[] | null
  /** Formats that all texts have; null before the first text. */
  formats: readonly string[] | null
}

export const MOST_PATHS = 200
const MOST_POINTER_CHARS = 300
const MOST_LEVELS = 8
const MOST_TEXTS = 10
const FORMATS = ['date-time', 'date', 'email', 'uuid', 'ipv4', 'uri'] as const

export function noFacts(): EventFacts {
  return { count: 0, paths: new Map() }
}

/** Counts one event in. */
export function addBody(into: EventFacts, body: JsonObject): void {
  into.count += 1
  look(into.paths, '', body, 0)
  trim(into.paths, MOST_PATHS * 2)
}

export function addFacts(into: EventFacts, other: EventFacts): void {
  into.count += other.count
  for (const [pointer, facts] of other.paths) {
    const known = into.paths.get(pointer)
    into.paths.set(pointer, known ? sumOf(known, facts) : facts)
  }
  trim(into.paths, MOST_PATHS * 2)
}

/** Keeps the first by their text, as soon as there are more than may be; so what counts in the end is never lost on the way. */
export function trim<T>(map: Map<string, T>, most: number, kept = Math.min(most, MOST_PATHS)): void {
  if (map.size <= most) return
  for (const key of [...map.keys()].sort().slice(kept)) map.delete(key)
}

function look(paths: Map<string, PathFacts>, pointer: string, value: JsonValue, level: number): void {
  const facts = factsOf(value, pointer)
  const known = paths.get(pointer)
  paths.set(pointer, known ? sumOf(known, facts) : facts)
  if (level >= MOST_LEVELS || typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const inner of value as readonly JsonValue[]) look(paths, `${pointer}/*`, inner, level + 1)
    return
  }
  for (const [key, inner] of Object.entries(value as JsonObject)) {
    const below = `${pointer}/${escaped(key)}`
    if (below.length <= MOST_POINTER_CHARS) look(paths, below, inner, level + 1)
  }
}

function factsOf(value: JsonValue, pointer: string): PathFacts {
  const types = { [typeOf(value)]: 1 }
  if (typeof value !== 'string') return { types, texts: [], formats: null }
  return {
    types,
    texts: isWord(value) && !isPersonal(pointer) ? [value] : null,
    formats: FORMATS.filter((format) => hasFormat(format, value)),
  }
}

function sumOf(a: PathFacts, b: PathFacts): PathFacts {
  const types = { ...a.types }
  for (const [type, count] of Object.entries(b.types)) types[type] = (types[type] ?? 0) + count
  const texts = a.texts && b.texts && [...new Set([...a.texts, ...b.texts])].sort()
  const { formats } = a
  return {
    types,
    texts: texts && texts.length <= MOST_TEXTS ? texts : null,
    formats: formats && b.formats ? formats.filter((format) => b.formats?.includes(format)) : (formats ?? b.formats),
  }
}

/** Nothing that could be somebody's becomes part of a plan: no numbers, no addresses, nothing long. */
function isWord(text: string): boolean {
  return /^[A-Za-z][\w .&/+-]{0,39}$/.test(text) && !/\d{4}/.test(text)
}

const PERSONAL =
  /name|mail|phone|address|street|city|zip|postal|birth|gender|age$|ssn|tax|iban|card|token|password|secret|key$|user|person|customer|recipient|note|comment|message|query|search|ip$|id$/i

function isPersonal(pointer: string): boolean {
  return PERSONAL.test(pointer)
}

function escaped(key: string): string {
  const text = key.replaceAll('~', '~0').replaceAll('/', '~1')
  return text === '*' ? '~2' : text
}

/** The key that a part of a pointer stands for; undefined for the elements of an array. */
export function unescaped(part: string): string | undefined {
  if (part === '*') return undefined
  return part === '~2' ? '*' : part.replaceAll('~1', '/').replaceAll('~0', '~')
}
