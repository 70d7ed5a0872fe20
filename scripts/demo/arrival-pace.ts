/**
 * Keeps a bulk load under the rate that one profile takes (600 events per minute of arrival by default; beyond it they
 * are dropped): says how long a batch has to wait so that nobody in it gets too much within any minute.
 */
export class ArrivalPace {
  readonly #perMinute: number
  readonly #sent = new Map<string, { at: number; count: number }[]>()

  /** @param perMinute most events of one profile within a minute; a single batch may not hold more */
  constructor(perMinute: number) {
    this.#perMinute = perMinute
  }

  /** Milliseconds until the batch (profile → events) may go; 0 when it may go now. `now` in epoch milliseconds. */
  waitMs(batch: ReadonlyMap<string, number>, now: number): number {
    let wait = 0
    for (const [profile, count] of batch) wait = Math.max(wait, this.#waitOf(profile, count, now))
    return wait
  }

  note(batch: ReadonlyMap<string, number>, now: number): void {
    for (const [profile, count] of batch) {
      const recent = this.#recent(profile, now)
      recent.push({ at: now, count })
      this.#sent.set(profile, recent)
    }
  }

  #waitOf(profile: string, count: number, now: number): number {
    const recent = this.#recent(profile, now)
    let excess = recent.reduce((total, sent) => total + sent.count, count) - this.#perMinute
    for (const sent of recent) {
      if (excess <= 0) return 0
      excess -= sent.count
      if (excess <= 0) return sent.at + WINDOW_MS - now
    }
    return 0
  }

  #recent(profile: string, now: number): { at: number; count: number }[] {
    return (this.#sent.get(profile) ?? []).filter((sent) => sent.at > now - WINDOW_MS)
  }
}

/** A minute, and what a retried request may take to arrive. */
const WINDOW_MS = 65_000
