import { log } from './log.ts'
import { within } from './patience.ts'

/**
 * A cache that answers from memory and refreshes behind the answer. Younger than 2 s: served as it is. Up to 5 s: served,
 * and read again in the background. Older: read again first, for at most half a second; if that fails or hangs, the last
 * good value goes on serving. "There is none" is an answer like any other, kept for 5 s.
 *
 * Readers of one key do not share a promise: in Workers, I/O belongs to the request that began it, and dies with it.
 */
const FRESH_MS = 2_000
const STALE_MS = 5_000
const PATIENCE_MS = 500
const MOST_ENTRIES = 10_000

interface Entry<T> {
  /** undefined: there is none. */
  readonly value: T | undefined
  readonly at: number
}

export interface FreshCacheOptions {
  readonly now: () => number
  /** Keeps work going after the answer (`waitUntil`). */
  readonly defer: (work: Promise<unknown>) => void
}

export class FreshCache<T> {
  readonly #entries = new Map<string, Entry<T>>()
  /** When a background read of a key began: one at a time is enough. */
  readonly #refreshing = new Map<string, number>()
  readonly #options: FreshCacheOptions

  constructor(options: FreshCacheOptions) {
    this.#options = options
  }

  /** The value of a key; `newEnough` may refuse a cached one whatever its age. Never rejects. */
  async get(
    key: string,
    read: () => Promise<T | undefined>,
    newEnough: (value: T) => boolean = () => true,
  ): Promise<T | 'unknown' | 'unreadable'> {
    const known = this.#entries.get(key)
    if (known && (known.value === undefined || newEnough(known.value))) {
      const age = this.#options.now() - known.at
      if (age < FRESH_MS) return answer(known)
      if (age < STALE_MS) {
        this.#refreshBehind(key, read)
        return answer(known)
      }
    }
    try {
      const reading = this.#read(key, read)
      return answer(await (known ? within(PATIENCE_MS, reading) : reading))
    } catch (fault) {
      log.warn('config: it cannot be read', { fault })
      return known?.value ?? 'unreadable'
    }
  }

  #refreshBehind(key: string, read: () => Promise<T | undefined>): void {
    const now = this.#options.now()
    if (now - (this.#refreshing.get(key) ?? Number.NEGATIVE_INFINITY) < FRESH_MS) return
    this.#refreshing.set(key, now)
    // A failure is met, and said, by the first reader who has to wait for a fresh value.
    const work = this.#read(key, read).catch(() => {})
    this.#options.defer(work.finally(() => this.#refreshing.delete(key)))
  }

  async #read(key: string, read: () => Promise<T | undefined>): Promise<Entry<T>> {
    const entry = { value: await read(), at: this.#options.now() }
    if (this.#entries.size >= MOST_ENTRIES) this.#entries.clear()
    this.#entries.set(key, entry)
    return entry
  }
}

function answer<T>(entry: Entry<T>): T | 'unknown' {
  return entry.value === undefined ? 'unknown' : entry.value
}
