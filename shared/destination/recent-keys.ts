/**
 * Keys of what was delivered lately, so that an effect that comes again is not sent twice. In memory only: what is
 * forgotten with it is sent again under the same idempotency key.
 */
export class RecentKeys {
  readonly #at = new Map<string, number>()
  readonly #most: number
  readonly #keepMs: number

  constructor(most: number, keepMs: number) {
    this.#most = most
    this.#keepMs = keepMs
  }

  add(key: string, now: number): void {
    this.#at.delete(key)
    this.#at.set(key, now)
    // Oldest first, because a Map keeps the order in which keys were set.
    for (const [oldest, at] of this.#at) {
      if (this.#at.size <= this.#most && now - at < this.#keepMs) break
      this.#at.delete(oldest)
    }
  }

  has(key: string, now: number): boolean {
    const at = this.#at.get(key)
    return at !== undefined && now - at < this.#keepMs
  }
}
