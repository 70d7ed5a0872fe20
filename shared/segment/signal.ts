import type { Period } from './period.ts'

/**
 * A verdict over time: what a condition says at any instant from `now` on if nothing new happens, and when it next says
 * something else. A condition is evaluated by turning it into a signal and asking twice.
 *
 * @law at() is constant from t up to, and not including, changeAfter(t)
 * @law at(changeAfter(t)) differs from at(t), unless the budget ran out: then it is an instant before the change
 */
export interface Signal {
  at(t: number): Verdict
  /** The earliest instant after t with another verdict than at t; Infinity when there is none. */
  changeAfter(t: number): number
}

/** Kleene's three values. `unknown`: the person at hand has less than the condition reads. */
export type Verdict = boolean | 'unknown'

export const NO_CHANGE = Number.POSITIVE_INFINITY

/** Anything that time alone may change, such as a count of the last week. A signal is a timed verdict. */
export interface Timed<T> {
  at(t: number): T
  /** An instant after t up to which it stays what it is at t; Infinity when it stays for ever. */
  changeAfter(t: number): number
}

export function constant(verdict: Verdict): Signal {
  return { at: () => verdict, changeAfter: () => NO_CHANGE }
}

/** One verdict before an instant, another from it on. */
export function switching(before: Verdict, instant: number, then: Verdict): Signal {
  if (instant === NO_CHANGE || before === then) return constant(before)
  return {
    at: (t) => (t < instant ? before : then),
    changeAfter: (t) => (t < instant ? instant : NO_CHANGE),
  }
}

/** True in a period, false outside of it. */
export function during({ from, until }: Period): Signal {
  if (from >= until) return constant(false)
  return {
    at: (t) => t >= from && t < until,
    changeAfter: (t) => (t < from ? from : t < until ? until : NO_CHANGE),
  }
}

export function opposite(signal: Signal): Signal {
  return {
    at: (t) => negated(signal.at(t)),
    changeAfter: (t) => signal.changeAfter(t),
  }
}

/**
 * What is sure is true, what is not even possible is false, and what lies between is unknown. Whatever is sure must be
 * possible.
 */
export function uncertain(sure: Signal, possible: Signal): Signal {
  return {
    at: (t) => (sure.at(t) === true ? true : possible.at(t) === false ? false : 'unknown'),
    changeAfter(t) {
      const until = sure.changeAfter(t)
      return sure.at(t) === true ? until : Math.min(until, possible.changeAfter(t))
    },
  }
}

export function negated(verdict: Verdict): Verdict {
  return verdict === 'unknown' ? verdict : !verdict
}

/**
 * How much more looking one evaluation may do. When it runs out, the instant reached so far is given as the next
 * change: perhaps too early, which costs one needless evaluation, and never too late.
 */
export interface Budget {
  left: number
}

/**
 * Looks at one condition at one instant that one evaluation may take. A look costs about a microsecond, so this is some
 * 20 ms; only windows in which thousands of events come and go by turns need anywhere near as many.
 */
export const MOST_LOOKS = 20_000

/**
 * A signal from its verdict at any instant and a bound below its next change: `nextPoint(t)` may be an instant at which
 * nothing changes, but no change lies between t and it. Points are walked until the verdict differs; looking at one
 * takes `cost` out of the budget.
 */
export function stepped(
  at: (t: number) => Verdict,
  nextPoint: (t: number) => number,
  budget: Budget,
  cost = 1,
): Signal {
  // What was last found out: walking on, a parent asks every child again, most of which have not changed.
  let known = { from: NO_CHANGE, until: NO_CHANGE, verdict: false as Verdict }
  const covers = (t: number) => t >= known.from && t < known.until
  const look = (t: number) => (covers(t) ? known.verdict : at(t))
  return {
    at: look,
    changeAfter(t) {
      if (covers(t)) return known.until
      const verdict = at(t)
      let point = nextPoint(t)
      while (point !== NO_CHANGE && at(point) === verdict && budget.left > 0) {
        budget.left -= cost
        point = nextPoint(point)
      }
      known = { from: t, until: point, verdict }
      return point
    },
  }
}
