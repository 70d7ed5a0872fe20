import { holdsAt } from './period.ts'
import type { EventRef, FoldedEvents } from './person-view.ts'
import { type Bound, bind, type Candidate, fittingCandidates, refersTo, type Step } from './steps.ts'
import { insideBetween, type Span } from './window.ts'

/** What a person has for each step of a sequence. */
export interface StepEvents {
  readonly step: Step
  /** Oldest first. */
  readonly candidates: readonly Candidate[]
  readonly folded: readonly FoldedEvents[]
}

/** A way through the first steps, as far as what comes next needs to know it. */
export interface Way {
  /** When its last step was done: what happened, or the end of the time in which something did not. */
  readonly at: number
  /** When its first step happened. */
  readonly first: number
  /** What did not happen since must not happen until the next step does: when it first did. */
  readonly broken: number
  readonly event: EventRef | undefined
  readonly before: Way | undefined
}

/** Ways of which the earlier steps have the same values where later steps refer to them. */
interface Group {
  readonly bound: Bound
  /** Ascending by `at`, and so by `first`: of two ways the one that is later now also began no earlier. */
  readonly ways: readonly Way[]
}

/**
 * Comparisons with earlier steps that one look may make: they can mean comparing everything with everything. What is
 * more than this is left unknown, because a profile must not stand still over one person.
 */
const MOST_COMPARISONS = 50_000

/** What one look may still do; less than nothing when there was too much. */
export interface Work {
  readonly whole: number
  left: number
}

/** Passing over everything once is always allowed. */
export function workFor(steps: readonly StepEvents[]): Work {
  const whole = MOST_COMPARISONS + steps.reduce((sum, { candidates }) => sum + candidates.length, 0)
  return { whole, left: whole }
}

/**
 * The way through all steps that stands at t and began last, or undefined. Of all ways to an event only the one with
 * the latest step before it matters: it leaves the most time, and it began last. So one pass over the events is enough.
 *
 * With `sure`, what is folded may have happened where it must not have.
 */
export function latestWay(
  steps: readonly StepEvents[],
  span: Span,
  t: number,
  sure: boolean,
  work: Work = workFor(steps),
): Way | undefined {
  let latest: Way | undefined
  for (const { ways } of waysThrough(steps, span, t, t, sure, work)) {
    const way = ways.findLast(({ broken }) => broken > t)
    if (way && (latest === undefined || way.first > latest.first)) latest = way
  }
  return latest
}

/** When the next way through all steps is done, if nothing new happens: when the time of what must not happen has passed. */
export function nextDone(steps: readonly StepEvents[], span: Span, t: number, work: Work): number {
  let next = Number.POSITIVE_INFINITY
  for (const { ways } of waysThrough(steps, span, t, Number.POSITIVE_INFINITY, true, work)) {
    for (const { at, first, broken } of ways) {
      if (at > t && broken > t && at < first + span.leavesAfter) next = Math.min(next, at)
    }
  }
  return next
}

/** The ways through all steps with what happened up to t; what must not happen has until `until`. */
function waysThrough(
  steps: readonly StepEvents[],
  span: Span,
  t: number,
  until: number,
  sure: boolean,
  work: Work,
): readonly Group[] {
  const [first, ...rest] = steps
  if (!first) return []
  let groups = beginnings(first, span, t)
  rest.forEach(({ step, candidates, folded }, i) => {
    const present = candidates.filter(({ event, passes }) => event.at <= t && holdsAt(passes, t))
    const absent = sure ? folded : []
    const fitting = fittingCandidates(step, present)
    groups = step.negate
      ? groups.map((group) => withoutStep(group, step, fitting(group.bound), absent, t, until, work))
      : withStep(groups, step, i + 1, fitting, t, work)
    groups = groups.filter(({ ways }) => ways.length > 0)
  })
  return groups
}

function beginnings({ step, candidates }: StepEvents, span: Span, t: number): readonly Group[] {
  const groups = new Map<string, { bound: Bound; ways: Way[] }>()
  for (const { event, passes } of candidates) {
    const { at } = event
    if (at > t || !holdsAt(passes, t) || insideBetween(span, at, at, t) !== true) continue
    const way = { at, first: at, broken: Number.POSITIVE_INFINITY, event, before: undefined }
    add(groups, bind(new Map(), 0, step, event.properties), way)
  }
  return [...groups.values()]
}

function withStep(
  groups: readonly Group[],
  step: Step,
  index: number,
  fitting: (bound: Bound) => readonly Candidate[],
  t: number,
  work: Work,
): readonly Group[] {
  const next = new Map<string, { bound: Bound; ways: Way[] }>()
  for (const { bound, ways } of groups) {
    let latest = -1
    for (const candidate of fitting(bound)) {
      if (--work.left < 0) return []
      const { event } = candidate
      while (latest + 1 < ways.length && (ways[latest + 1] as Way).at < event.at) latest += 1
      const before = ways[latest]
      if (!before || event.at > before.broken) continue
      if (step.withinMs !== undefined && event.at > before.at + step.withinMs) continue
      if (!refersTo(step, candidate, bound, t)) continue
      const way = { at: event.at, first: before.first, broken: Number.POSITIVE_INFINITY, event, before }
      add(next, bind(bound, index, step, event.properties), way)
    }
  }
  return [...next.values()]
}

/** What did not happen: decided once its time has passed. */
function withoutStep(
  { bound, ways }: Group,
  step: Step,
  present: readonly Candidate[],
  folded: readonly FoldedEvents[],
  t: number,
  until: number,
  work: Work,
): Group {
  work.left -= present.length
  if (work.left < 0) return { bound, ways: [] }
  const happened = present.filter((candidate) => refersTo(step, candidate, bound, t)).map(({ event }) => event.at)
  let next = 0
  return {
    bound,
    ways: ways.flatMap((before) => {
      while (next < happened.length && (happened[next] as number) <= before.at) next += 1
      const breaks = Math.min(
        happened[next] ?? Infinity,
        ...folded.map(({ from, to }) => breaksAt(before.at, from, to)),
      )
      if (step.withinMs === undefined) return [{ ...before, broken: Math.min(before.broken, breaks) }]
      const decided = before.at + step.withinMs
      if (decided > until || breaks <= decided) return []
      return [{ ...before, at: decided, event: undefined, before }]
    }),
  }
}

/** The first instant after `at` at which something from a stretch may have happened. */
function breaksAt(at: number, from: number, to: number): number {
  return to > at ? Math.max(from, at + 1) : Number.POSITIVE_INFINITY
}

function add(groups: Map<string, { bound: Bound; ways: Way[] }>, bound: Bound, way: Way): void {
  const key = JSON.stringify([...bound.values()].map((value) => value ?? null))
  const group = groups.get(key)
  if (group) group.ways.push(way)
  else groups.set(key, { bound, ways: [way] })
}

/** Whether a way may go through what is folded: asked when none goes through what is at hand. */
export function mayGoThroughFolded(steps: readonly StepEvents[], span: Span, t: number): boolean {
  const positive = steps.filter(({ step }) => !step.negate)
  const reached = ({ folded }: StepEvents) => folded.filter(({ from }) => from <= t)
  if (!positive.some((each) => reached(each).length > 0)) return false
  if (!positive.every((each) => reached(each).length > 0 || each.candidates.some(({ event }) => event.at <= t)))
    return false
  const [first, ...later] = positive as [StepEvents, ...StepEvents[]]
  const begins = reached(first).filter(({ from, to }) => insideBetween(span, from, Math.min(to, t), t) !== false)
  if (begins.length > 0) return true
  const earliest = first.candidates.find(({ event }) => event.at <= t && insideBetween(span, event.at, event.at, t))
  return earliest !== undefined && later.some((each) => reached(each).some(({ to }) => to > earliest.event.at))
}
