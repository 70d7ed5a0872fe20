import { MINUTE, toIso } from '../kernel/instant.ts'
import { mostWithinMs, type OutcomeKind, type Pulse, SLOT_MS, slotAt } from './pulse.ts'

/**
 * How a workspace is doing, in figures, for whoever watches the live stream and asks for them: what came of its events
 * lately, and what stands now. Figures of people, segments and dead letters go to whoever may read those.
 */
export const FIGURE_GROUPS = ['people', 'segments', 'deadLetters', 'queues'] as const
export type FigureGroup = (typeof FIGURE_GROUPS)[number]

/** How often they are told, and how long it may take until what stands is looked at anew. */
export const FIGURES_MS = 2_000
export const STANDING_MS = 10_000

/** What stands now; null is what could not be found out. */
export interface Standing {
  readonly people: { readonly known: number; readonly active: number } | null
  readonly segments: { readonly entered: number; readonly exited: number } | null
  readonly deadLetters: { readonly waiting: number } | null
  /** The event queues are those of the deployment: null for who does not run it. */
  readonly queues: { readonly waiting: number; readonly oldestMs: number | null } | null
}

export const NOTHING_STANDS: Standing = { people: null, segments: null, deadLetters: null, queues: null }

export interface FigureSlot {
  /** ISO 8601. */
  readonly from: string
  readonly counts: { readonly [kind in OutcomeKind]?: number }
}

export interface Figures extends Standing {
  /** ISO 8601. */
  readonly at: string
  readonly slotMs: number
  /** Those in which something was decided; of the last half hour at first, then only the newest: a later word counts. */
  readonly slots: readonly FigureSlot[]
  /** By the hour of arrival, of the last 24. */
  readonly day: { readonly accepted: number; readonly rejected: number; readonly dropped: number }
  /** Of the last minute: 95 of 100 applied events were applied within so long of their arrival. */
  readonly lag: { readonly events: number; readonly withinMs: number | null }
}

/** A pulse has the slots of the last minute, at least. `now` and `from`, where slots are told from, in epoch milliseconds. */
export function figuresOf({ slots, hours }: Pulse, standing: Standing, now: number, from: number): Figures {
  const inOrder = Object.entries(slots).sort(([a], [b]) => Number(a) - Number(b))
  const lastMinute = inOrder.filter(([at]) => Number(at) > slotAt(now) - MINUTE)
  const day = Object.values(hours)
  return {
    at: toIso(now),
    slotMs: SLOT_MS,
    slots: inOrder.flatMap(([at, { counts }]) => (Number(at) >= from ? [{ from: toIso(Number(at)), counts }] : [])),
    day: {
      accepted: day.reduce((sum, { accepted }) => sum + accepted, 0),
      rejected: day.reduce((sum, { rejected }) => sum + rejected, 0),
      dropped: day.reduce((sum, { dropped }) => sum + dropped, 0),
    },
    lag: mostWithinMs(lastMinute.map(([, slot]) => slot)),
    ...standing,
  }
}

/** Without what one may not read. */
export function figuresFor(figures: Figures, groups: readonly FigureGroup[]): Figures {
  const hidden = FIGURE_GROUPS.filter((group) => !groups.includes(group))
  return { ...figures, ...Object.fromEntries(hidden.map((group) => [group, null])) }
}
