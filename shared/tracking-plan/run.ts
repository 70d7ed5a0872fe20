import { canonicalJson } from '../kernel/canonical-json.ts'
import type { JsonValue } from '../kernel/json.ts'
import type { CompiledSchema } from './compile-schema.ts'
import type { Schema } from './schema-keywords.ts'
import type { Found, Place, ViolationKind } from './violation.ts'

/** One evaluation on its way: what it is about, what is left to spend, what was found. */
export interface Run {
  readonly compiled: CompiledSchema
  /** Shared by everything inside of one evaluation. */
  readonly purse: { left: number }
  readonly found: Found[]
  readonly place: Place
  /** Frames on the stack. */
  readonly depth: number
  /** The evaluator itself, which the rules for objects and arrays come back to. */
  readonly evaluate: Evaluate
}

/** Whether the value is valid; adds to `seen` only when it is. */
export type Evaluate = (run: Run, schema: Schema, value: JsonValue, seen: Seen) => boolean

/** Names and indexes of the value that a schema has had a word about: what `unevaluated…` is not about. */
export type Seen = Set<string>

/** More is not looked for: whoever sends a thousand wrong properties is told of these. */
export const MOST_FOUND = 1_000

export function spend({ purse }: Pick<Run, 'purse'>, steps: number): boolean {
  purse.left -= steps
  return purse.left > 0
}

/** Says what is wrong; the verdict is always no. */
export function report(run: Run, kind: ViolationKind, message: string, ...more: Place): false {
  if (run.found.length < MOST_FOUND) run.found.push({ kind, path: [...run.place, ...more], message })
  return false
}

/** One level down. */
export function at(run: Run, key: string | number): Run {
  return { ...run, place: [...run.place, key] }
}

/** Whether it would be valid, and what would be wrong with it, without saying so. */
export function attempt(run: Run, schema: Schema, value: JsonValue, seen: Seen): readonly Found[] | undefined {
  const found: Found[] = []
  return run.evaluate({ ...run, found }, schema, value, seen) ? undefined : found
}

/** Two values are the same whatever the order of their keys. */
export function isSame(run: Run, a: JsonValue, b: JsonValue): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b && spend(run, 1)
  const [one, other] = [canonicalJson(a), canonicalJson(b)]
  return spend(run, 1 + (one.length >> 3)) && one === other
}
