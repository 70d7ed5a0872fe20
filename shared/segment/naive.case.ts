import { canonicalJson } from '../kernel/canonical-json.ts'
import { hash53 } from '../kernel/hash.ts'
import { parseInstant } from '../kernel/instant.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../kernel/json.ts'
import type { Aggregate } from './aggregate.ts'
import type { Condition } from './condition.ts'
import type { Operator } from './operators.ts'
import type { EventRef, FoldedEvents, Percentiles, PersonView } from './person-view.ts'
import { among, prepareSurroundings } from './surroundings.ts'
import type { Window } from './window.ts'

/**
 * The language once more, as plainly as it can be said: one instant at a time, every event looked at, nothing clever. It
 * shares no code with the evaluator beyond the kernel. It is what the evaluator is compared with. It knows everything
 * about a person, so it never says unknown.
 */

/** A person as data, in a workspace. */
export interface PersonData {
  readonly id: string
  /** By trait; at one instant the last of them stands. */
  readonly writes: Readonly<Record<string, readonly { readonly value: JsonValue; readonly at: number }[]>>
  readonly events: readonly EventData[]
  readonly identifiers: readonly string[]
  readonly consents: Readonly<Record<string, 'granted' | 'denied' | 'withdrawn'>>
  readonly workspace: WorkspaceData
}

export interface EventData {
  readonly at: number
  readonly id: string
  readonly name: string
  readonly properties: JsonObject
}

export interface WorkspaceData {
  readonly segments: Readonly<Record<string, Condition>>
  readonly computed: Readonly<Record<string, Aggregate>>
  readonly percentiles: Readonly<Record<string, Percentiles>>
}

/** How much of a person a view has: of what is older than `floor` only how much there was in each `stretch` of time. */
export interface Gaps {
  readonly floor: number
  readonly stretch: number
}

export function personView(data: PersonData, gaps?: Gaps): PersonView {
  const sorted = inOrder(data.events)
  const isHeld = (event: EventData) => !gaps || event.at > gaps.floor
  const held: EventRef[] = sorted.filter(isHeld).map((event) => ({ ...event, properties: () => event.properties }))
  const gone = sorted.filter((event) => !isHeld(event))
  const { segments, computed, percentiles } = data.workspace
  return among(
    {
      known: true,
      id: data.id,
      trait(name) {
        const write = inTime(own(data.writes, name) ?? []).at(-1)
        return write === undefined || write.value === null ? undefined : write
      },
      traitHistory(name) {
        const writes = inTime(own(data.writes, name) ?? [])
        if (!gaps) return { writes, missingUpTo: Number.NEGATIVE_INFINITY }
        const kept = writes.filter(({ at }) => at > gaps.floor)
        const newest = writes.at(-1)
        if (kept.length > 0) return { writes: kept, missingUpTo: gaps.floor }
        return { writes: newest ? [newest] : [], missingUpTo: newest?.at ?? Number.NEGATIVE_INFINITY }
      },
      events: (pattern) => held.filter((event) => nameMatches(pattern, event.name)),
      folded(pattern) {
        const stretches = new Map<number, FoldedEvents>()
        for (const { at, name } of gone) {
          if (!nameMatches(pattern, name)) continue
          const width = gaps?.stretch ?? 1
          const from = Math.floor(at / width) * width
          const before = stretches.get(from)?.least ?? 0
          const to = Math.min(from + width - 1, gaps?.floor ?? Infinity)
          stretches.set(from, { from, to, least: before + 1, most: before + 1 })
        }
        return [...stretches.values()]
      },
      identifiers: (type) => data.identifiers.filter((one) => one === type),
      consent(kind, name) {
        const status = own(data.consents, `${kind}:${name}`)
        return status && { status, at: 0 }
      },
    },
    prepareSurroundings({
      segments: Object.entries(segments).map(([key, condition]) => ({ key, condition })),
      computedTraits: Object.entries(computed).map(([key, aggregate]) => ({ key, name: key, aggregate })),
      percentiles,
    }),
  )
}

/** One write per instant: the one that stands. */
function inTime(writes: readonly { readonly value: JsonValue; readonly at: number }[]) {
  const sorted = [...writes].sort((a, b) => a.at - b.at)
  return sorted.filter(({ at }, i) => sorted[i + 1]?.at !== at)
}

export function naive(condition: Condition, data: PersonData, t: number): boolean {
  const happened = (name: string, window?: Window) =>
    data.events.filter((event) => nameMatches(name, event.name) && event.at <= t && inWindow(event.at, window, t))
  switch (condition.type) {
    case 'everyone':
      return true
    case 'and':
      return condition.conditions.every((child) => naive(child, data, t))
    case 'or':
      return condition.conditions.some((child) => naive(child, data, t))
    case 'not':
      return !naive(condition.condition, data, t)
    case 'trait': {
      const value = traitAt(condition.path, data, Number.POSITIVE_INFINITY)
      return passes(value, condition.op, condition.value, t)
    }
    case 'trait_held': {
      const { path, value } = condition
      if (!same(traitAt(path, data, t), value)) return false
      let since = t
      for (const at of writeTimes(path, data, t).reverse()) {
        if (!same(traitAt(path, data, at), value)) break
        since = at
      }
      const long = t - since >= ms(condition.for)
      return condition.op === 'at_least' ? long : !long
    }
    case 'trait_changed':
      return writeTimes(condition.path, data, t).some((at) => {
        const [before, after] = [traitAt(condition.path, data, at - 1), traitAt(condition.path, data, at)]
        const fits = (wanted: JsonValue | undefined, value: JsonValue | undefined) =>
          wanted === undefined || same(wanted === '' ? null : wanted, value)
        return (
          inWindow(at, condition.window, t) &&
          !same(before, after) &&
          fits(condition.from, before) &&
          fits(condition.to, after)
        )
      })
    case 'event': {
      const found = happened(condition.name, condition.window).filter((event) => has(event, condition.where, t))
      return countPasses(found.length, condition.count)
    }
    case 'first_event': {
      const first = inOrder(happened(condition.name)).find((event) => has(event, condition.where, t))
      return first !== undefined && inWindow(first.at, condition.window, t)
    }
    case 'last_event': {
      const last = inOrder(happened(condition.name)).findLast((event) => has(event, condition.where, t))
      return last !== undefined && has(last, condition.has, t)
    }
    case 'stopped':
      return (
        happened(condition.name, condition.window).length > 0 &&
        happened(condition.name, { last: condition.quiet }).length === 0
      )
    case 'restarted': {
      const { name, window, recent } = condition
      const isRecent = (event: EventData) => event.at > t - ms(recent)
      const beforeWindow = happened(name).filter((event) =>
        'from' in window
          ? event.at < (parseInstant(window.from) as number)
          : event.at <= t - ms('last' in window ? window.last : window.between[0]),
      )
      return (
        happened(name).some(isRecent) &&
        !happened(name, window).some((event) => !isRecent(event)) &&
        beforeWindow.length > 0
      )
    }
    case 'regular': {
      const length = ms(condition.period)
      const periods = Array.from({ length: condition.periods }, (_, i) =>
        happened(condition.name).filter(({ at }) => at > t - (i + 1) * length && at <= t - i * length),
      )
      return periods.filter((list) => countPasses(list.length, condition.count)).length >= condition.minPeriods
    }
    case 'returned': {
      const instants = [...new Set(happened(condition.name ?? '*').map((event) => event.at))].sort((a, b) => a - b)
      const [newest, previous] = [instants.at(-1), instants.at(-2)]
      if (newest === undefined || previous === undefined || newest <= t - ms(condition.within)) return false
      return newest - previous >= ms(condition.after)
    }
    case 'sequence':
      return sequenceHolds(condition, data, t)
    case 'aggregate': {
      const { op, value, type: _, ...aggregate } = condition
      return passes(naiveAggregate(aggregate, data, t), op, value, t)
    }
    case 'computed': {
      const aggregate = data.workspace.computed[condition.key] as Aggregate
      return passes(naiveAggregate(aggregate, data, t), condition.op, condition.value, t)
    }
    case 'percentile': {
      const value = traitAt(condition.path, data, Number.POSITIVE_INFINITY) ?? null
      const table = data.workspace.percentiles[condition.path] as Percentiles
      const ranks = typeof condition.value === 'number' ? [condition.value] : condition.value
      const [low, high] = ranks.map((rank) => table[rank] as number)
      return passes(value, condition.op, (high === undefined ? low : [low, high]) as JsonValue, t)
    }
    case 'segment':
      return naive(data.workspace.segments[condition.key] as Condition, data, t)
    case 'consent': {
      const key = condition.channel === undefined ? `purpose:${condition.purpose}` : `channel:${condition.channel}`
      return (own(data.consents, key) ?? 'unset') === condition.status
    }
    case 'identifier':
      return data.identifiers.includes(condition.idType) === condition.exists
    case 'bucket': {
      const place = (hash53(`${condition.salt}\u0000${data.id}`) * 100) / 2 ** 53
      return place >= condition.from && place < condition.to
    }
  }
}

/** The value of a path as of an instant: that of the newest write. */
function traitAt(path: string, data: PersonData, t: number): JsonValue | undefined {
  const [top, ...rest] = path.split('.')
  const newest = inTime(own(data.writes, top as string) ?? []).findLast(({ at }) => at <= t)
  return dig(newest?.value, rest)
}

function writeTimes(path: string, data: PersonData, t: number): number[] {
  return inTime(own(data.writes, path.split('.')[0] as string) ?? [])
    .map(({ at }) => at)
    .filter((at) => at <= t)
}

function same(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  const present = (value: JsonValue | undefined) => (value === '' || value === undefined ? null : value)
  return canonicalJson(present(a)) === canonicalJson(present(b))
}

type Test = { property: string; op: Operator; value?: JsonValue | undefined }

function has(event: EventData, tests: readonly Test[] | undefined, t: number): boolean {
  return (tests ?? []).every(({ property, op, value }) =>
    passes(dig(event.properties, property.split('.')), op, value, t),
  )
}

function countPasses(n: number, count: Extract<Condition, { type: 'event' }>['count']): boolean {
  if (!count) return n >= 1
  const { op, value } = count
  if (typeof value !== 'number') return n >= value[0] && n <= value[1]
  if (op === 'eq') return n === value
  if (op === 'neq') return n !== value
  if (op === 'gt') return n > value
  if (op === 'gte') return n >= value
  return op === 'lt' ? n < value : n <= value
}

type SequenceCondition = Extract<Condition, { type: 'sequence' }>
type StepData = SequenceCondition['steps'][number]

/** Tries every event for every step. */
function sequenceHolds({ steps, window }: SequenceCondition, data: PersonData, t: number): boolean {
  const past = data.events.filter((event) => event.at <= t)
  const serves = (event: EventData, step: StepData, chosen: readonly (EventData | undefined)[]) =>
    nameMatches(step.name, event.name) &&
    (step.where ?? []).every(({ property, op, value, valueFrom }) => {
      const found = dig(event.properties, property.split('.'))
      if (!valueFrom) return passes(found, op, value, t)
      return comparesWith(found, op, dig(chosen[valueFrom.step]?.properties, valueFrom.property.split('.')), t)
    })
  interface Waiting {
    readonly step: StepData
    readonly from: number
  }
  function go(i: number, at: number, chosen: readonly (EventData | undefined)[], waiting: readonly Waiting[]): boolean {
    const free = (until: number) =>
      waiting.every(
        (each) => !past.some((event) => event.at > each.from && event.at < until && serves(event, each.step, chosen)),
      )
    const step = steps[i]
    if (!step) return free(Number.POSITIVE_INFINITY)
    const within = step.within === undefined ? undefined : ms(step.within)
    if (!step.negate) {
      return past.some(
        (event) =>
          serves(event, step, chosen) &&
          (i === 0 ? inWindow(event.at, window, t) : event.at > at) &&
          (within === undefined || event.at <= at + within) &&
          free(event.at) &&
          go(i + 1, event.at, [...chosen, event], []),
      )
    }
    if (within === undefined) return go(i + 1, at, [...chosen, undefined], [...waiting, { step, from: at }])
    const end = at + within
    const none = !past.some((event) => event.at > at && event.at <= end && serves(event, step, chosen))
    return t >= end && none && go(i + 1, end, [...chosen, undefined], waiting)
  }
  return go(0, Number.NEGATIVE_INFINITY, [], [])
}

/** A comparison with what another event has: nothing, or what the operator does not take, fits nothing. */
function comparesWith(value: JsonValue | undefined, op: Operator, other: JsonValue | undefined, t: number): boolean {
  if (op === 'neq') return !comparesWith(value, 'eq', other, t)
  if (op === 'not_contains') return !comparesWith(value, 'contains', other, t)
  if (other === undefined || other === null || other === '') return false
  if (['gt', 'gte', 'lt', 'lte'].includes(op)) return passes(value, op, numberIn(other), t)
  if (['contains', 'starts_with', 'ends_with'].includes(op) && typeof other !== 'string') return false
  if (['before', 'after'].includes(op) && parseInstant(other) === undefined) return false
  return passes(value, op, other, t)
}

/** The value of an aggregate; undefined when there is none. */
export function naiveAggregate(aggregate: Aggregate, data: PersonData, t: number): JsonValue | undefined {
  const { fn, property } = aggregate
  const events = inOrder(data.events).filter(
    (event) =>
      nameMatches(aggregate.event, event.name) &&
      event.at <= t &&
      inWindow(event.at, aggregate.window, t) &&
      has(event, aggregate.where, t),
  )
  const values = events
    .map((event) => (property === undefined ? true : dig(event.properties, property.split('.'))))
    .filter((value) => value !== undefined && value !== null && value !== '') as JsonValue[]
  if (fn === 'count') return values.length
  const numbers = values.map(numberIn).filter((n) => !Number.isNaN(n))
  // The numbers of the tests have one decimal at most.
  const sum = numbers.reduce((total, n) => total + Math.round(n * 10), 0) / 10
  const kinds = new Map(values.map((value) => [canonicalJson(value), value]))
  const byText = [...kinds.values()].sort((a, b) => {
    const [left, right] = [a, b].map((value) => (typeof value === 'object' ? canonicalJson(value) : String(value)))
    return left === right
      ? canonicalJson(a) < canonicalJson(b)
        ? -1
        : 1
      : (left as string) < (right as string)
        ? -1
        : 1
  })
  const times = (value: JsonValue) => values.filter((other) => canonicalJson(other) === canonicalJson(value)).length
  const most = Math.max(0, ...byText.map(times))
  switch (fn) {
    case 'sum':
      return numbers.length === 0 ? undefined : sum
    case 'avg':
      return numbers.length === 0 ? undefined : sum / numbers.length
    case 'min':
      return numbers.length === 0 ? undefined : Math.min(...numbers)
    case 'max':
      return numbers.length === 0 ? undefined : Math.max(...numbers)
    case 'first':
      return values[0]
    case 'last':
      return values.at(-1)
    case 'most_frequent':
      return most < 2 ? undefined : byText.find((value) => times(value) === most)
    case 'unique_list':
      return byText.length === 0 ? undefined : byText
    case 'unique_count':
      return byText.length === 0 ? undefined : byText.length
  }
}

function numberIn(value: JsonValue): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' && value.trim() === value && value !== '' ? Number(value) : Number.NaN
}

function inOrder(events: readonly EventData[]): readonly EventData[] {
  return [...events].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
}

function nameMatches(pattern: string, name: string): boolean {
  const prefix = /^(.*)\*$/s.exec(pattern)
  return prefix ? name.indexOf(prefix[1] as string) === 0 : pattern === name
}

function inWindow(at: number, window: Window | undefined, t: number): boolean {
  if (window === undefined) return true
  if ('last' in window) return at > t - ms(window.last) && at <= t
  if ('between' in window) return at > t - ms(window.between[0]) && at <= t - ms(window.between[1])
  return at >= (parseInstant(window.from) as number) && at <= (parseInstant(window.to) as number)
}

/** Durations in the tests are written in milliseconds. */
function ms(text: string): number {
  return Number(text.replace('ms', ''))
}

function dig(value: JsonValue | undefined, keys: readonly string[]): JsonValue | undefined {
  return keys.reduce<JsonValue | undefined>((found, key) => (isObject(found) ? own(found, key) : undefined), value)
}

function passes(value: JsonValue | undefined, op: Operator, operand: JsonValue | undefined, t: number): boolean {
  switch (op) {
    case 'neq':
      return !passes(value, 'eq', operand, t)
    case 'not_in':
      return !passes(value, 'in', operand, t)
    case 'not_contains':
      return !passes(value, 'contains', operand, t)
    case 'not_exists':
      return !passes(value, 'exists', operand, t)
    case 'array_contains_none':
      return !passes(value, 'array_contains_any', operand, t)
  }
  if (value === undefined || value === null || value === '') return false
  const same = (a: JsonValue, b: JsonValue) => canonicalJson(a) === canonicalJson(b)
  const list = Array.isArray(operand) ? (operand as readonly JsonValue[]) : []
  const n = numberIn(value)
  const at = parseInstant(value)
  const date = parseInstant(operand)
  switch (op) {
    case 'exists':
      return true
    case 'eq':
      return same(value, operand as JsonValue)
    case 'in':
      return list.some((item) => same(value, item))
    case 'contains':
      return typeof value === 'string' && value.includes(operand as string)
    case 'starts_with':
      return typeof value === 'string' && value.startsWith(operand as string)
    case 'ends_with':
      return typeof value === 'string' && value.endsWith(operand as string)
    case 'gt':
      return n > (operand as number)
    case 'gte':
      return n >= (operand as number)
    case 'lt':
      return n < (operand as number)
    case 'lte':
      return n <= (operand as number)
    case 'between':
      return n >= (list[0] as number) && n <= (list[1] as number)
    case 'before':
      return at !== undefined && at < (date as number)
    case 'after':
      return at !== undefined && at > (date as number)
    case 'within_last':
      return at !== undefined && at > t - ms(operand as string) && at <= t
    case 'within_next':
      return at !== undefined && at > t && at <= t + ms(operand as string)
    case 'array_contains':
      return Array.isArray(value) && value.some((item) => same(item, operand as JsonValue))
    case 'array_contains_any':
      return Array.isArray(value) && list.some((wanted) => value.some((item) => same(item, wanted)))
    case 'array_contains_all':
      return Array.isArray(value) && list.every((wanted) => value.some((item) => same(item, wanted)))
  }
}
