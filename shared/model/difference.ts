import type { RowOwner } from './row-item.ts'

/** What is remembered of a row that was told: its key, the hash of what was told, and of whom. */
export interface KnownRow {
  readonly key: string
  readonly hash: string
  /** Where what is gone is told. */
  readonly owner?: RowOwner
  /** Keyed hashes of the ids of its owner, so that an erasure finds it. */
  readonly of?: readonly string[]
}

export interface FoundRow<T> {
  readonly key: string
  readonly hash: string
  readonly row: T
}

export interface Difference<T> {
  readonly added: readonly FoundRow<T>[]
  readonly changed: readonly FoundRow<T>[]
  readonly removed: readonly KnownRow[]
  readonly same: number
}

/** In the order of bytes, as databases sort text by `COLLATE "C"`: UTF-16 would put what is beyond the first plane elsewhere. */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0
  for (let i = 0; ; i++) {
    const [x, y] = [a.codePointAt(i), b.codePointAt(i)]
    if (x === undefined || y === undefined) return x === y ? 0 : x === undefined ? -1 : 1
    if (x !== y) return x - y
    if (x > 0xffff) i += 1
  }
}

/**
 * Two stretches of the same range of keys, both in order.
 *
 * @law what was known with the difference applied is what was found
 */
export function differenceOf<T>(known: readonly KnownRow[], found: readonly FoundRow<T>[]): Difference<T> {
  const added: FoundRow<T>[] = []
  const changed: FoundRow<T>[] = []
  const removed: KnownRow[] = []
  let [k, f, same] = [0, 0, 0]
  while (k < known.length || f < found.length) {
    const [a, b] = [known[k], found[f]]
    const order = !a ? 1 : !b ? -1 : compareKeys(a.key, b.key)
    if (a && order < 0) {
      removed.push(a)
      k += 1
    } else if (b && order > 0) {
      added.push(b)
      f += 1
    } else if (a && b) {
      if (a.hash === b.hash) same += 1
      else changed.push(b)
      k += 1
      f += 1
    }
  }
  return { added, changed, removed, same }
}

/** What is known after a run of which some rows could not be told: those are as they were before, so that they are tried again. */
export function knownAfter<T>(
  known: readonly KnownRow[],
  told: readonly (KnownRow | { readonly key: string; readonly hash: null })[],
  options: { readonly isWhole: boolean; readonly found: readonly FoundRow<T>[] },
): readonly KnownRow[] {
  const after = new Map(known.map((row) => [row.key, row]))
  if (options.isWhole) {
    const there = new Set(options.found.map(({ key }) => key))
    for (const { key } of known) if (!there.has(key)) after.delete(key)
  }
  for (const row of told) if (row.hash !== null) after.set(row.key, row)
  return [...after.values()].sort((a, b) => compareKeys(a.key, b.key))
}
