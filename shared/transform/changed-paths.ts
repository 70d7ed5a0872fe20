import { canonicalJson } from '../kernel/canonical-json.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../kernel/json.ts'

/** One place where two documents differ. Lists are one value: what moved in them would be said of every element. */
export interface Difference {
  readonly path: string
  /** Undefined: it is not there. */
  readonly before: JsonValue | undefined
  readonly after: JsonValue | undefined
}

export interface PathChange {
  readonly path: string
  readonly change: 'added' | 'removed' | 'changed'
}

/**
 * Where two documents differ, in the order of the later one's fields; at most so many.
 * @law two documents differ nowhere exactly when they are equal
 */
export function differences(
  before: JsonObject,
  after: JsonObject,
  most = Number.POSITIVE_INFINITY,
): readonly Difference[] {
  const found: Difference[] = []
  compare(before, after, '', found, most)
  return found
}

/** The same without the values. */
export function changedPaths(before: JsonObject, after: JsonObject, most = 200): readonly PathChange[] {
  return differences(before, after, most).map(({ path, before, after }) => ({
    path,
    change: before === undefined ? 'added' : after === undefined ? 'removed' : 'changed',
  }))
}

function compare(before: JsonObject, after: JsonObject, under: string, found: Difference[], most: number): void {
  for (const key of new Set([...Object.keys(after), ...Object.keys(before)])) {
    if (found.length >= most) return
    const [old, now] = [own(before, key), own(after, key)]
    const path = under === '' ? key : `${under}.${key}`
    if (isObject(old) && isObject(now)) compare(old, now, path, found, most)
    else if (!isSame(old, now)) found.push({ path, before: old, after: now })
  }
}

function isSame(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true
  return typeof a === 'object' && typeof b === 'object' && canonicalJson(a) === canonicalJson(b)
}
