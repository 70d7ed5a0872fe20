import { z } from 'zod'
import { toIso } from '../../kernel/instant.ts'
import { durationInWords, durationMs, Stretch } from '../duration.ts'
import type { Kind, Moment } from '../kind.ts'
import { EventName } from '../occurrences.ts'
import type { EventRef, FoldedEvents } from '../person-view.ts'
import { latestWay, mayGoThroughFolded, nextDone, type StepEvents, type Way, workFor } from '../sequence.ts'
import { NO_CHANGE, stepped, type Verdict } from '../signal.ts'
import { StepWhere, stepWhereInWords } from '../step-test.ts'
import { candidatesFor, compileStep, reachable, type Step } from '../steps.ts'
import { upTo } from '../traffic.ts'
import { endsAt, type Span, spanOf, Window, windowInWords } from '../window.ts'
import { eventsInWords, oneInWords, phrase } from '../words.ts'

const MOST_STEPS = 10

const SequenceStep = z.strictObject({
  name: EventName,
  where: StepWhere.optional(),
  within: Stretch.optional().meta({ description: 'Not longer after the step before' }),
  negate: z.boolean().optional().meta({ description: 'It did not happen; decided once `within` has passed' }),
})

/**
 * One thing after the other: `{ "type": "sequence", "steps": [{ "name": "Checkout Started" },
 * { "name": "Order Completed", "within": "1h", "negate": true }], "window": { "last": "7d" } }`.
 *
 * Each step is strictly after the one before, and the window is that of the first. A negated step ends with its
 * `within`; without one it lasts until the next step, or until now.
 */
export const Sequence = z
  .strictObject({
    type: z.literal('sequence'),
    steps: z
      .array(SequenceStep)
      .min(1, 'must have at least one step')
      .max(MOST_STEPS, `must not have more than ${MOST_STEPS} steps`),
    window: Window.optional(),
  })
  .superRefine(({ steps }, context) => {
    const fault = (path: readonly PropertyKey[], message: string) =>
      context.addIssue({ code: 'custom', path: ['steps', ...path], message })
    if (steps[0]?.negate) fault([0, 'negate'], 'the first step must be something that happened')
    if (steps[0]?.within !== undefined) fault([0, 'within'], 'the first step has none before it')
    steps.forEach(({ where = [] }, i) => {
      where.forEach(({ valueFrom }, k) => {
        if (valueFrom === undefined) return
        const referred = steps[valueFrom.step]
        const path = [i, 'where', k, 'valueFrom', 'step']
        if (valueFrom.step >= i) fault(path, 'must be an earlier step; the first one is 0')
        else if (referred?.negate) fault(path, 'must be a step that happened')
      })
    })
  })
  .meta({ description: 'Events one after the other' })
export type Sequence = z.infer<typeof Sequence>

export const sequence: Kind<Sequence> = {
  prepare(condition) {
    const span = spanOf(condition.window)
    const steps = compiled(condition)
    const timed = condition.steps.some(({ where = [] }) => where.some(({ op }) => op.startsWith('within_')))
    return (moment) => {
      const found = stepEvents(steps, span, moment)
      const points = pointsOf(found, span, moment.now, timed)
      const folded = found.some((each) => each.folded.length > 0)
      let last: Look | undefined
      const lookAt = (t: number) => {
        if (last?.t !== t) last = look(found, span, t, folded)
        return last
      }

      /** As long as the way that began last stands, the sequence does, unless something comes to disturb it. */
      function nextPoint(t: number): number {
        const { way, verdict, checks } = lookAt(t)
        moment.budget.left -= checks / CHECKS_PER_LOOK
        if (way) return Math.min(points.disturbs(t), way.first + span.leavesAfter)
        if (verdict === false && !folded && !timed) {
          const work = workFor(found)
          const done = nextDone(found, span, t, work)
          if (work.left >= 0) return Math.min(points.disturbs(t), points.begins(t), done)
        }
        return Math.min(points.disturbs(t), points.begins(t), points.completes(t), points.leaves(t))
      }

      return stepped((t) => lookAt(t).verdict, nextPoint, moment.budget)
    }
  },
  reads: ({ steps }) => ({ events: steps.map(({ name }) => name) }),
  sentence({ steps, window }) {
    const ways = steps.map(stepInWords).join(', then ')
    if (window === undefined) return steps.length > 1 ? ways : `${ways} happened`
    return steps.length > 1
      ? `${ways}, beginning ${windowInWords(window)}`
      : `${ways} happened ${windowInWords(window)}`
  },
  evidence(condition, moment) {
    const span = spanOf(condition.window)
    const way = latestWay(stepEvents(compiled(condition), span, moment), span, moment.now, true)
    const events: { id: string; name: string; at: string }[] = []
    for (let step = way; step; step = step.before) {
      if (step.event) events.unshift({ id: step.event.id, name: step.event.name, at: toIso(step.event.at) })
    }
    return { window: endsAt(condition.window, moment.now), events }
  },
}

interface Look {
  readonly t: number
  readonly verdict: Verdict
  readonly way: Way | undefined
  /** How much it took. */
  readonly checks: number
}

/** Holding one event against others takes about as long as this part of a look at a simple condition. */
const CHECKS_PER_LOOK = 5

function look(found: readonly StepEvents[], span: Span, t: number, folded: boolean): Look {
  const work = workFor(found)
  const way = latestWay(found, span, t, true, work)
  let verdict: Verdict = way !== undefined
  if (work.left < 0) verdict = 'unknown'
  else if (!way && folded && (latestWay(found, span, t, false) || mayGoThroughFolded(found, span, t)))
    verdict = 'unknown'
  return { t, verdict, way: verdict === true ? way : undefined, checks: work.whole - work.left }
}

function compiled({ steps }: Sequence): readonly Step[] {
  return steps.map((step, i) =>
    compileStep(step, i, steps, step.within === undefined ? undefined : durationMs(step.within)),
  )
}

/** Only what can matter: firsts that can be inside of the window, and what came after the earliest of them. */
function stepEvents(steps: readonly Step[], span: Span, { person, now }: Moment): readonly StepEvents[] {
  const after = (events: readonly EventRef[], at: number) =>
    events.slice(upTo(events.length, (i) => (events[i] as EventRef).at, at))
  const oldest = Math.max(now - span.leavesAfter, span.from - 1)
  const begins = after(person.events((steps[0] as Step).name), oldest).filter(({ at }) => at <= span.to)
  const folds = steps.map(({ name }) => reachable(person.folded(name)))
  const earliest = Math.min(begins[0]?.at ?? Infinity, ...(folds[0] ?? []).map(({ from }) => from))
  return steps.map((step, i) => {
    const folded = folds[i] ?? []
    const events = i === 0 ? begins : after(person.events(step.name), earliest)
    return { step, candidates: candidatesFor(step, events), folded }
  })
}

/** Instants after which the verdict may be another one. */
function pointsOf(steps: readonly StepEvents[], span: Span, now: number, timed: boolean) {
  const disturbing: number[] = []
  const beginning: number[] = []
  const completing: number[] = []
  const leaving: number[] = []
  let waiting = 0
  let anchors: readonly number[] = []
  steps.forEach(({ step, candidates, folded }, i) => {
    const times = candidates.map(({ event }) => event.at)
    disturbing.push(...times.filter((at) => at > now))
    if (timed) disturbing.push(...candidates.flatMap(({ passes }) => [passes.from, passes.until]))
    if (i === 0) {
      for (const at of times) {
        beginning.push(at + span.entersAfter)
        leaving.push(at + span.leavesAfter)
      }
    }
    disturbing.push(...(i === 0 ? firstEdges(folded, span) : folded.flatMap(({ from, to }) => [from, to])))
    if (!step.negate) {
      anchors = times
      waiting = 0
    } else if (step.withinMs !== undefined) {
      waiting += step.withinMs
      for (const at of anchors) completing.push(at + waiting)
    }
  })
  const next = (instants: readonly number[]) => {
    const sorted = [...new Set(instants)].filter((at) => at > now && at < Infinity).sort((a, b) => a - b)
    return (t: number) => sorted[upTo(sorted.length, (i) => sorted[i] as number, t)] ?? NO_CHANGE
  }
  return {
    disturbs: next(disturbing),
    begins: next(beginning),
    completes: next(completing),
    leaves: next(leaving),
  }
}

function firstEdges(folded: readonly FoldedEvents[], { from, to, entersAfter, leavesAfter }: Span): readonly number[] {
  return folded.flatMap((events) => {
    const [first, last] = [Math.max(from, events.from), Math.min(to, events.to)]
    return [first, first + entersAfter, last + leavesAfter]
  })
}

function stepInWords({ name, where, within, negate }: Sequence['steps'][number]): string {
  return phrase(
    negate ? `no ${oneInWords(name)}` : eventsInWords(name),
    stepWhereInWords(where),
    within === undefined ? '' : `within ${durationInWords(within)}`,
  )
}
