import { canonicalJson } from '../kernel/canonical-json.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../kernel/json.ts'

/** One place where two documents differ. Lists are one value: what moved in them would be said of every element. */
export interface PathChange {
  readonly path: string
  readonly change: 'added' | 'removed' | 'changed'
}

/**
 * Where two documents differ, in the order of the later one's fields; at most so many.
 * @law two documents differ nowhere exactly when they are equal
 */
export function changedPaths(before: JsonObject, after: JsonObject, most = 200): readonly PathChange[] {
  const found: PathChange[] = []
  compare(before, after, '', found, most)
  return found
}

function compare(before: JsonObject, after: JsonObject, under: string, found: PathChange[], most: number): void {
  for (const key of new Set([...Object.keys(after), ...Object.keys(before)])) {
    if (found.length >= most) return
    const [old, now] = [own(before, key), own(after, key)]
    const path = under === '' ? key : `${under}.${key}`
    if (old === now) continue
    if (isObject(old) && isObject(now)) compare(old, now, path, found, most)
    else if (old === undefined) found.push({ path, change: 'added' })
    else if (now === undefined) found.push({ path, change: 'removed' })
    else if (!isSame(old, now)) found.push({ path, change: 'changed' })
  }
}

function isSame(a: JsonValue, b: JsonValue): boolean {
  return typeof a === 'object' && typeof b === 'object' && canonicalJson(a) === canonicalJson(b)
}
