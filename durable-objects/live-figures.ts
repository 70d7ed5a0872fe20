import { readPulse, readStanding } from '../platform/read-figures.ts'
import { MINUTE } from '../shared/kernel/instant.ts'
import { type Figures, figuresOf, NOTHING_STANDS, STANDING_MS } from '../shared/pipeline/figures.ts'
import { SLOT_MS, slotAt } from '../shared/pipeline/pulse.ts'

/** Counting who was active looks at everybody: where there are very many it is done less often. */
const MANY_PEOPLE = 100_000
/** A batch may be counted a little after its moment, so the newest slots are told again. */
const TOLD_AGAIN_MS = 4 * SLOT_MS

/** Reads the figures once for all who watch them; the whole half hour, or what is new since it was read last. */
export type FigureReader = (now: number, isWhole: boolean) => Promise<Figures>

/** What it remembers may be lost at any time: then it tells, and looks, once more. */
export function figureReader(env: Env, workspace: string): FigureReader {
  let standing = NOTHING_STANDS
  let lookedAt = 0
  let toldAt = 0
  return async (now, isWhole) => {
    const often = (standing.people?.known ?? 0) > MANY_PEOPLE ? MINUTE : STANDING_MS
    const isStale = now - lookedAt >= often
    const from = isWhole || toldAt === 0 ? 0 : slotAt(toldAt) - TOLD_AGAIN_MS
    const [pulse, stands] = await Promise.all([
      readPulse(env, workspace, now, Math.min(from, slotAt(now) - MINUTE)),
      isStale ? readStanding(env, workspace, now) : standing,
    ])
    if (isStale) [standing, lookedAt] = [stands, now]
    if (!isWhole) toldAt = now
    return figuresOf(pulse, stands, now, from)
  }
}
