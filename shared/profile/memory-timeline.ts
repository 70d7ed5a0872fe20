import { hash53 } from '../kernel/hash.ts'
import { History } from './history.ts'
import { entryOf, type PrunedKey, type StoredEvent, type Timeline } from './timeline.ts'

/** A timeline in memory: the reference implementation, for tests, simulations and for folding cases. */
export class MemoryTimeline implements Timeline {
  readonly rows = new Map<string, StoredEvent>()
  readonly history = new History([])
  #pruned: PrunedKey[] = []

  get(key: string): StoredEvent | undefined {
    return this.rows.get(key)
  }

  put(row: StoredEvent): void {
    this.rows.set(row.key, row)
    this.history.add(entryOf(row))
  }

  markConflict(key: string): void {
    const row = this.rows.get(key)
    if (row) this.rows.set(key, { ...row, conflict: true })
  }

  size(): number {
    return this.rows.size
  }

  remove(keys: ReadonlySet<string>): void {
    this.history.remove(keys)
    for (const key of keys) this.rows.delete(key)
  }

  prune(keep: number, arrivedSince: number): readonly StoredEvent[] {
    return this.history.take(keep, arrivedSince).map(({ key }) => {
      const row = this.rows.get(key) as StoredEvent
      this.rows.delete(key)
      return row
    })
  }

  prunedCopy(key: string): number | undefined {
    const hash = hash53(key)
    return this.#pruned.find((entry) => entry.key === hash)?.copy
  }

  rememberPruned(keys: readonly PrunedKey[], oldestDay: number): void {
    this.#pruned = [...this.#pruned, ...keys].filter((entry) => entry.day >= oldestDay)
  }

  prunedKeys(): readonly PrunedKey[] {
    return this.#pruned
  }

  page(cursor: string | null, maxChars: number): { rows: StoredEvent[]; next: string | null } {
    const keys = [...this.rows.keys()].sort().filter((key) => cursor === null || key > cursor)
    const rows: StoredEvent[] = []
    for (let chars = 0; rows.length < keys.length && chars < maxChars; ) {
      const row = this.rows.get(keys[rows.length] as string) as StoredEvent
      rows.push(row)
      chars += JSON.stringify(row.event).length
    }
    return { rows, next: rows.length < keys.length ? (rows.at(-1) as StoredEvent).key : null }
  }
}
