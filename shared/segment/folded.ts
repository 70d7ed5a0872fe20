import type { FoldedEvents } from './person-view.ts'
import { constant, NO_CHANGE, type Signal, uncertain } from './signal.ts'
import { atLeast, insideAt, type Traffic, upTo } from './traffic.ts'
import type { Span } from './window.ts'

/**
 * Counting with events of which only a number and a stretch of time is known: the days that a pruned timeline, or a
 * document without one, still has. Sometimes all of a stretch are inside a window, sometimes none is, and in between
 * nobody can say. This is where `unknown` comes from, and it comes only where the bounds do not decide.
 */
export function atLeastOf(
  n: number,
  held: Traffic,
  folded: readonly FoldedEvents[],
  span: Span,
  tested: boolean,
): Signal {
  if (n <= 0) return constant(true)
  if (folded.length === 0) return atLeast(n, held)
  return uncertain(
    // Whether a folded event passes a test on its properties nobody knows.
    atLeastWith(n, held, tested ? [] : folded.flatMap((events) => sureStay(events, span))),
    atLeastWith(
      n,
      held,
      folded.flatMap((events) => possibleStay(events, span)),
    ),
  )
}

/** So many are inside from an instant on (included) until another (excluded). */
interface Stay {
  readonly enters: number
  readonly leaves: number
  readonly times: number
}

/** While all of a stretch are inside, wherever in it they happened. */
function sureStay({ from, to, least }: FoldedEvents, span: Span): readonly Stay[] {
  if (from < span.from || to > span.to) return []
  return stay(to + span.entersAfter, leavingAt(from, span), least)
}

/** While any of a stretch may be inside. */
function possibleStay({ from, to, most }: FoldedEvents, span: Span): readonly Stay[] {
  const first = Math.max(from, span.from)
  const last = Math.min(to, span.to)
  return first > last ? [] : stay(first + span.entersAfter, leavingAt(last, span), most)
}

function leavingAt(at: number, span: Span): number {
  return span.leavesAfter === Infinity ? Infinity : at + span.leavesAfter
}

function stay(enters: number, leaves: number, times: number): readonly Stay[] {
  return times > 0 && enters < leaves ? [{ enters, leaves, times }] : []
}

/** Stays are few (days and months), so they are walked; between two of their edges only what is held moves. */
function atLeastWith(n: number, held: Traffic, stays: readonly Stay[]): Signal {
  if (stays.length === 0) return atLeast(n, held)
  const edges = [...new Set(stays.flatMap(({ enters, leaves }) => [enters, leaves]))].filter(Number.isFinite)
  edges.sort((a, b) => a - b)
  const staying = (t: number) =>
    stays.reduce((sum, { enters, leaves, times }) => (enters <= t && t < leaves ? sum + times : sum), 0)
  const at = (t: number) => insideAt(held, t) + staying(t) >= n
  return {
    at,
    changeAfter(t) {
      const verdict = at(t)
      for (let reached = t; ; ) {
        const needed = n - staying(reached)
        const change = needed <= 0 ? NO_CHANGE : atLeast(needed, held).changeAfter(reached)
        const edge = edges[upTo(edges.length, (i) => edges[i] as number, reached)] ?? NO_CHANGE
        if (change < edge || edge === NO_CHANGE) return change
        if (at(edge) !== verdict) return edge
        reached = edge
      }
    },
  }
}

export function mostFolded(folded: readonly FoldedEvents[]): number {
  return folded.reduce((sum, { most }) => sum + most, 0)
}
