import { z } from 'zod'
import { type Estimate, exactly, UNKNOWN } from './estimate.ts'
import type { Moment } from './kind.ts'
import { EventName } from './occurrences.ts'
import { isAbsent, numberOf } from './operators.ts'
import { follow, Path } from './path.ts'
import { ALWAYS } from './period.ts'
import type { EventRef, FoldedEvents } from './person-view.ts'
import { NO_CHANGE, type Timed } from './signal.ts'
import { type AggregateFunction, FUNCTIONS, NUMERIC, type Tallied, type Tally, tallyOf } from './tally.ts'
import { upTo } from './traffic.ts'
import { same } from './trait-clock.ts'
import { eventTest, Where, whereInWords } from './where.ts'
import { type Span, spanOf, Window, windowInWords } from './window.ts'
import { eventsInWords, named, phrase } from './words.ts'

/**
 * One value made of many events: `{ "fn": "sum", "event": "Order Completed", "property": "total", "window": { "last": "30d" } }`.
 * No events, or none with the property: no value, and a count of 0. What is no number is ignored by sum, avg, min and max.
 */
export const aggregate = {
  event: EventName,
  property: Path.optional().meta({ description: 'Whose values are taken; only `count` does without' }),
  where: Where.optional(),
  window: Window.optional(),
}

export const Aggregate = z.strictObject({ fn: z.enum(FUNCTIONS), ...aggregate }).superRefine(checkProperty)
export type Aggregate = z.infer<typeof Aggregate>

/** A zod refinement: everything but a count is made of a property's values. */
export function checkProperty(
  { fn, property }: { readonly fn: AggregateFunction; readonly property?: string | undefined },
  context: z.RefinementCtx,
): void {
  if (fn === 'count' || property !== undefined) return
  context.addIssue({ code: 'custom', path: ['property'], message: `is required by ${fn}` })
}

export type PreparedAggregate = (moment: Moment) => Timed<Estimate>

interface Item extends Tallied {
  readonly at: number
  readonly enters: number
  readonly leaves: number
}

export function prepareAggregate({ fn, event, property, where, window }: Aggregate): PreparedAggregate {
  const span = spanOf(window)
  const test = eventTest(where)
  const keys = property?.split('.')
  const numeric = NUMERIC.has(fn)

  function partOf(one: EventRef) {
    if (!keys) return true
    const found = follow(one.properties(), keys)
    if (isAbsent(found)) return undefined
    return numeric ? numberOf(found) : found
  }

  function itemsOf(events: readonly EventRef[], now: number): readonly Item[] {
    const items: Item[] = []
    const from = firstInside(events, span, now)
    for (let place = from; place < events.length; place++) {
      const one = events[place] as EventRef
      if (one.at > span.to) break
      const passes = test ? test(one.properties()) : ALWAYS
      const enters = Math.max(one.at + span.entersAfter, passes.from)
      const leaves = Math.min(one.at + span.leavesAfter, passes.until)
      if (enters >= leaves || leaves <= now) continue
      const value = partOf(one)
      if (value !== undefined) items.push({ value, place, at: one.at, enters, leaves })
    }
    return items
  }

  return function aggregated({ person, now }) {
    const items = itemsOf(person.events(event), now)
    const folded = person.folded(event).filter(({ most }) => most > 0)
    const held = sweep(items, () => tallyOf(fn), now)
    return folded.length === 0
      ? held
      : withFolded(held, items, folded, fn, span, test === undefined && keys === undefined)
  }
}

/** The first event that can be inside of the window at `now` or later. */
function firstInside(events: readonly EventRef[], span: Span, now: number): number {
  const at = (i: number) => (events[i] as EventRef).at
  return upTo(events.length, at, Math.max(span.from - 1, now - span.leavesAfter))
}

/** Follows what comes in and goes out, forward in time; going back begins again. */
function sweep(items: readonly Item[], begin: () => Tally, start: number): Timed<Estimate> {
  const ascending = (edge: 'enters' | 'leaves') => {
    // They come in order of time, which tests on dates alone can disturb.
    if (items.every((item, i) => i === 0 || (items[i - 1] as Item)[edge] <= item[edge])) return items
    return [...items].sort((a, b) => (a[edge] < b[edge] ? -1 : a[edge] > b[edge] ? 1 : 0))
  }
  const coming = ascending('enters')
  const going = ascending('leaves')
  let tally = begin()
  let [came, went, reached] = [0, 0, Number.NEGATIVE_INFINITY]

  function moveTo(t: number): void {
    if (t < reached) {
      tally = begin()
      came = 0
      went = 0
    }
    reached = t
    for (let item = coming[came]; item && item.enters <= t; item = coming[++came]) tally.add(item)
    for (let item = going[went]; item && item.leaves <= t; item = going[++went]) tally.take(item)
  }
  moveTo(start)
  return {
    at(t) {
      moveTo(t)
      return exactly(tally.value())
    },
    changeAfter(t) {
      moveTo(t)
      const value = tally.value()
      for (;;) {
        const next = Math.min(coming[came]?.enters ?? NO_CHANGE, going[went]?.leaves ?? NO_CHANGE)
        if (next === NO_CHANGE) return NO_CHANGE
        moveTo(next)
        if (!same(tally.value(), value)) return next
      }
    },
  }
}

/** What can still be said when further events may be inside, of which no more than a number is known. */
function withFolded(
  held: Timed<Estimate>,
  items: readonly Item[],
  folded: readonly FoldedEvents[],
  fn: AggregateFunction,
  span: Span,
  countsAll: boolean,
): Timed<Estimate> {
  const leaving = (at: number) => (span.leavesAfter === Infinity ? Infinity : at + span.leavesAfter)
  const stretches = folded
    .map(({ from, to, least, most }) => {
      const [first, last] = [Math.max(from, span.from), Math.min(to, span.to)]
      const whole = countsAll && first === from && last === to
      return {
        first,
        last,
        most,
        least: whole ? least : 0,
        enters: first + span.entersAfter,
        leaves: leaving(last),
        allIn: last + span.entersAfter,
        allUntil: leaving(first),
      }
    })
    .filter(({ first, last }) => first <= last)
  const edges = stretches
    .flatMap(({ enters, leaves, allIn, allUntil }) => [enters, leaves, allIn, allUntil])
    .filter(Number.isFinite)
    .sort((a, b) => a - b)
  return {
    at(t) {
      const inside = stretches.filter(({ enters, leaves }) => enters <= t && t < leaves)
      const estimate = held.at(t)
      if (inside.length === 0 || estimate.kind !== 'exact') return estimate
      const most = inside.reduce((sum, stretch) => sum + stretch.most, 0)
      const least = inside.reduce(
        (sum, { allIn, allUntil, least }) => (allIn <= t && t < allUntil ? sum + least : sum),
        0,
      )
      const present = items.filter(({ enters, leaves }) => enters <= t && t < leaves)
      const [oldest, newest] = [present[0]?.at ?? Infinity, present.at(-1)?.at ?? -Infinity]
      if (fn === 'first' && inside.every(({ first }) => first > oldest)) return estimate
      if (fn === 'last' && inside.every(({ last }) => last < newest)) return estimate
      return bounded(fn, estimate.value as number | undefined, least, most)
    },
    changeAfter(t) {
      const edge = edges[upTo(edges.length, (i) => edges[i] as number, t)] ?? NO_CHANGE
      // Which of those held is the newest may change without the value changing.
      const moving = Math.min(
        ...items.flatMap(({ enters, leaves }) => [enters, leaves]).filter((at) => at > t),
        NO_CHANGE,
      )
      return Math.min(edge, moving, held.changeAfter(t))
    },
  }
}

function bounded(fn: AggregateFunction, value: number | undefined, least: number, most: number): Estimate {
  const between = (low: number, high: number): Estimate => ({
    kind: 'between',
    low,
    high,
    maybeAbsent: value === undefined,
  })
  switch (fn) {
    case 'count': {
      const [low, high] = [(value ?? 0) + least, (value ?? 0) + most]
      return low === high ? exactly(low) : { kind: 'between', low, high, maybeAbsent: false }
    }
    case 'unique_count':
      return between(value ?? 1, (value ?? 0) + most)
    case 'min':
      return between(-Infinity, value ?? Infinity)
    case 'max':
      return between(value ?? -Infinity, Infinity)
    case 'sum':
    case 'avg':
      return between(-Infinity, Infinity)
    default:
      return UNKNOWN
  }
}

const WORDS: Readonly<Record<AggregateFunction, string>> = {
  count: 'the number of',
  sum: 'the sum of',
  avg: 'the average of',
  min: 'the lowest',
  max: 'the highest',
  first: 'the first',
  last: 'the last',
  most_frequent: 'the most frequent',
  unique_list: 'the different values of',
  unique_count: 'the number of different values of',
}

/** `the sum of total over "Order Completed" in the last 30 days`. */
export function aggregateInWords({ fn, event, property, where, window }: Aggregate): string {
  return phrase(
    WORDS[fn],
    property === undefined ? '' : `${named(property)} over`,
    eventsInWords(event),
    whereInWords(where),
    windowInWords(window),
  )
}
