import type { Waiting } from '../shared/destination/lane.ts'
import { RecentKeys } from '../shared/destination/recent-keys.ts'
import { HOUR } from '../shared/kernel/instant.ts'
import type { DeliveryLaneStore } from './delivery-lane-store.ts'
import type { LaneItem, LaneOutcome } from './lane-item.ts'

/** Something that waits or is under way. Its text is in memory until it is stored. */
export interface Held extends Waiting {
  dueAt: number
  attempts: number
  readonly at: number
  readonly messageId: string
  readonly size: number
  firstFailedAt: number | null
  reason: string
  stored: boolean
  text: string | undefined
  underWay: boolean
  /** Answer those who handed it over and wait. */
  readonly settlers: ((outcome: LaneOutcome) => void)[]
}

/** What a lane keeps itself; beyond, whole batches go to R2, and come back when there is room. */
const MOST_STORED = 2_000
const MOST_STORED_CHARS = 24_000_000

const FRESH = { attempts: 0, firstFailedAt: null, reason: '', underWay: false } as const

/** What a lane holds, in the order of arrival: in memory, and in the store from the moment that something fails. */
export class LaneMemory {
  readonly #store: DeliveryLaneStore
  readonly #held = new Map<number, Held>()
  readonly #byKey = new Map<string, Held>()
  readonly #done = new RecentKeys(20_000, HOUR)
  #seq = 1
  #chars = 0
  /** Batches on their way to R2. */
  #spilling = 0

  constructor(store: DeliveryLaneStore) {
    this.#store = store
    for (const { size, ...row } of store.items()) {
      this.#hold({ ...row, size, stored: true, text: undefined, underWay: false, settlers: [] })
      this.#seq = row.seq + 1
    }
    for (const { seq, items } of store.spilled()) this.#seq = Math.max(this.#seq, seq + items)
  }

  all(): readonly Held[] {
    return [...this.#held.values()]
  }

  get size(): number {
    return this.#held.size
  }

  get(seq: number): Held | undefined {
    return this.#held.get(seq)
  }

  named(key: string): Held | undefined {
    return this.#byKey.get(key)
  }

  wasDone(key: string, now: number): boolean {
    return this.#done.has(key, now)
  }

  /** It is delivered or buried, and is not to be sent again. */
  markDone(key: string, now: number): void {
    this.#done.add(key, now)
  }

  take(item: LaneItem, now: number, settle: (outcome: LaneOutcome) => void): Held {
    const seq = this.#seq++
    return this.#hold({ ...item, seq, size: item.text.length, dueAt: now, ...FRESH, stored: false, settlers: [settle] })
  }

  /** Gives a batch that goes to R2 its places; until the work is done nothing that comes later may pass it. */
  async spilling<T>(count: number, work: (first: number) => Promise<T>): Promise<T> {
    const first = this.#seq
    this.#seq += count
    this.#spilling += 1
    try {
      return await work(first)
    } finally {
      this.#spilling -= 1
    }
  }

  /** A batch is back from R2. In a transaction of the caller's. */
  takeBack(items: readonly LaneItem[], first: number, now: number): void {
    for (const [i, item] of items.entries()) {
      if (this.wasDone(item.key, now) || this.named(item.key)) continue
      const row = { ...item, ...FRESH, seq: first + i, dueAt: now }
      this.#store.put(row)
      this.#hold({ ...row, size: item.text.length, stored: true, text: undefined, settlers: [] })
    }
  }

  /** Stores what is not stored yet; answers what that was. In a transaction of the caller's. */
  store(all: readonly Held[]): readonly Held[] {
    const fresh = all.filter(({ stored }) => !stored)
    for (const held of fresh) {
      this.#store.put({ ...held, text: held.text ?? '' })
      held.stored = true
      held.text = undefined
      this.#chars += held.size
    }
    return fresh
  }

  remove(held: Held): void {
    this.#held.delete(held.seq)
    this.#byKey.delete(held.key)
    if (!held.stored) return
    this.#chars -= held.size
    this.#store.remove(held.seq)
  }

  /** The effect as JSON. */
  textOf({ seq, text }: Held): string {
    return text ?? this.#store.text(seq) ?? 'null'
  }

  /** Also while anything is in R2: what comes later must not overtake it. */
  isFull(): boolean {
    if (this.#spilling > 0 || this.#store.spilled().length > 0) return true
    return this.#held.size >= MOST_STORED || this.#chars >= MOST_STORED_CHARS
  }

  hasRoomAgain(): boolean {
    return this.#held.size <= MOST_STORED / 4
  }

  #hold(held: Held): Held {
    this.#held.set(held.seq, held)
    this.#byKey.set(held.key, held)
    if (held.stored) this.#chars += held.size
    return held
  }
}
