import { VIOLATION_KINDS, type ViolationKind } from '../event/outcome.ts'

export type { ViolationKind }

/** Where something is in an event: names and indexes from its top level on. */
export type Place = readonly (string | number)[]

/** What is wrong, where, in words that hold no value of the event. */
export interface Found {
  readonly kind: ViolationKind
  readonly path: Place
  readonly message: string
}

/** The same as it is told. */
export interface Violation {
  readonly kind: ViolationKind
  /** With dots: `properties.products.0.price`; empty when it is about the event as a whole. */
  readonly path: string
  readonly message: string
  /** The same path, in parts. */
  readonly place: Place
}

/** So many are told of one event. */
export const MOST_VIOLATIONS = 20
const MOST_PATH_CHARS = 300

const KINDS = Object.keys(VIOLATION_KINDS) as readonly ViolationKind[]

/**
 * By kind, as VIOLATION_KINDS orders them, then by path: the first is the reason, whatever order the properties came in.
 */
export function violationsOf(found: readonly Found[]): readonly Violation[] {
  const told = found.map(({ kind, path, message }) => ({ kind, path: pathText(path), message, place: path }))
  told.sort(
    (a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || order(a.path, b.path) || order(a.message, b.message),
  )
  const unique = told.filter(({ kind, path }, i) => told[i - 1]?.kind !== kind || told[i - 1]?.path !== path)
  return unique.slice(0, MOST_VIOLATIONS)
}

export function pathText(path: Place): string {
  const text = path.join('.')
  return text.length > MOST_PATH_CHARS ? `${text.slice(0, MOST_PATH_CHARS)}…` : text
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
