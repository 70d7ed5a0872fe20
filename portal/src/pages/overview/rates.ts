import type { Figures } from '../../../../shared/pipeline/figures.ts'

/** Events per second over the last half hour, in steps that are long enough to be calm. */
export interface Rates {
  /** Seconds since 1970: beginnings of steps, oldest first. */
  readonly at: number[]
  readonly all: number[]
  /** Those that did not take effect: rejected, dropped, given up. */
  readonly failed: number[]
}

const STEP_S = 15
const STEPS = 120
const NOW_S = 30

const FAILED: ReadonlySet<string> = new Set(['rejected', 'dropped', 'dead_letter'])

export function ratesOf({ at, slots }: Figures): Rates {
  const last = Math.floor(Date.parse(at) / 1_000 / STEP_S) * STEP_S - STEP_S
  const first = last - (STEPS - 1) * STEP_S
  const rates: Rates = {
    at: Array.from({ length: STEPS }, (_, i) => first + i * STEP_S),
    all: new Array<number>(STEPS).fill(0),
    failed: new Array<number>(STEPS).fill(0),
  }
  for (const { from, counts } of slots) {
    const step = Math.floor((Date.parse(from) / 1_000 - first) / STEP_S)
    if (step < 0 || step >= STEPS) continue
    for (const [kind, n] of Object.entries(counts)) {
      rates.all[step] = (rates.all[step] ?? 0) + n / STEP_S
      if (FAILED.has(kind)) rates.failed[step] = (rates.failed[step] ?? 0) + n / STEP_S
    }
  }
  return rates
}

/** Of the last half minute. */
export function rateNow({ at, slots, slotMs }: Figures): number {
  const now = Date.parse(at)
  const since = now - (now % slotMs) - NOW_S * 1_000
  const recent = slots.filter(({ from }) => Date.parse(from) >= since)
  const copies = recent.flatMap(({ counts }) => Object.values(counts)).reduce((sum, n) => sum + n, 0)
  return (copies * 1_000) / (now - since)
}
