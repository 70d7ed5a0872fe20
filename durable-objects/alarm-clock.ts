/**
 * The one real alarm of an object. Setting it is a billed row, so it is set only when there is none or the new time is
 * earlier, and never moved later: an alarm that finds nothing due sets the right time.
 */
export class AlarmClock {
  readonly #storage: DurableObjectStorage
  /** undefined: not read yet. null: none is set. */
  #at: number | null | undefined
  #failures = 0

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage
  }

  async load(): Promise<void> {
    if (this.#at === undefined) this.#at = await this.#storage.getAlarm()
  }

  /** Makes sure that the object wakes at `at` (epoch ms) or before; null asks for nothing. load() must have been awaited. */
  noLaterThan(at: number | null): void {
    if (at === null || (this.#at !== null && this.#at !== undefined && this.#at <= at)) return
    this.#at = at
    void this.#storage.setAlarm(at)
  }

  /**
   * First line of every alarm handler: sets the next try, with backoff, because a handler that keeps throwing is given
   * up after six retries and the object would never wake again.
   */
  async fired(now: number): Promise<void> {
    this.#failures += 1
    this.#at = now + Math.min(300_000, 1_000 * 2 ** this.#failures)
    await this.#storage.setAlarm(this.#at)
  }

  /** Last line of an alarm handler that came through: the time that is really due, or none. */
  async rearm(at: number | null): Promise<void> {
    this.#failures = 0
    if (at === null) return this.clear()
    this.#at = at
    await this.#storage.setAlarm(at)
  }

  async clear(): Promise<void> {
    this.#failures = 0
    this.#at = null
    await this.#storage.deleteAlarm()
  }
}
