import { canonicalJson } from '../kernel/canonical-json.ts'
import type { JsonValue } from '../kernel/json.ts'
import { exactSum } from './exact-sum.ts'

/** What can be made of the values of events. */
export const FUNCTIONS = [
  'count',
  'sum',
  'avg',
  'min',
  'max',
  'first',
  'last',
  'most_frequent',
  'unique_list',
  'unique_count',
] as const
export type AggregateFunction = (typeof FUNCTIONS)[number]

export const NUMERIC: ReadonlySet<AggregateFunction> = new Set(['sum', 'avg', 'min', 'max'])

/** Longest unique list; further values, in alphabetical order, are not in it. */
export const MOST_LISTED = 1_000

/** One event's part: its value, and its place in the order of events. */
export interface Tallied {
  readonly value: JsonValue
  readonly place: number
}

/**
 * The running result over what is inside of a window: things come in and go out again. `value` gives the same array
 * while nothing changed, so that comparing is cheap.
 */
export interface Tally {
  add(item: Tallied): void
  take(item: Tallied): void
  value(): JsonValue | undefined
}

export function tallyOf(fn: AggregateFunction): Tally {
  switch (fn) {
    case 'count':
      return counting((n) => n)
    case 'sum':
      return summing((sum) => sum)
    case 'avg':
      return summing((sum, n) => sum / n)
    case 'min':
      return choosing((a, b) => (a.value as number) < (b.value as number))
    case 'max':
      return choosing((a, b) => (a.value as number) > (b.value as number))
    case 'first':
      return choosing((a, b) => a.place < b.place)
    case 'last':
      return choosing((a, b) => a.place > b.place)
    case 'most_frequent':
      return grouping(mostFrequent)
    case 'unique_list':
      return grouping((groups) => (groups.size === 0 ? undefined : listed(groups)))
    case 'unique_count':
      return grouping((groups) => groups.size || undefined)
  }
}

function counting(value: (n: number) => number): Tally {
  let n = 0
  return {
    add: () => {
      n += 1
    },
    take: () => {
      n -= 1
    },
    value: () => value(n),
  }
}

function summing(result: (sum: number, n: number) => number): Tally {
  const sum = exactSum()
  let n = 0
  return {
    add({ value }) {
      sum.add(value as number)
      n += 1
    },
    take({ value }) {
      sum.take(value as number)
      n -= 1
    },
    value: () => (n === 0 ? undefined : result(sum.value(), n)),
  }
}

/** The one that comes before all others. It is looked for again only when it has gone. */
function choosing(before: (a: Tallied, b: Tallied) => boolean): Tally {
  const inside = new Set<Tallied>()
  let best: Tallied | undefined
  return {
    add(item) {
      inside.add(item)
      if (best === undefined || before(item, best)) best = item
    },
    take(item) {
      inside.delete(item)
      if (best !== item) return
      best = undefined
      for (const other of inside) if (best === undefined || before(other, best)) best = other
    },
    value: () => best?.value,
  }
}

interface Group {
  readonly value: JsonValue
  times: number
}
type Groups = ReadonlyMap<string, Group>

function grouping(result: (groups: Groups) => JsonValue | undefined): Tally {
  const groups = new Map<string, Group>()
  let known: { readonly value: JsonValue | undefined } | undefined
  return {
    add({ value }) {
      const key = canonicalJson(value)
      const group = groups.get(key)
      if (group) group.times += 1
      else groups.set(key, { value, times: 1 })
      known = undefined
    },
    take({ value }) {
      const key = canonicalJson(value)
      const group = groups.get(key)
      if (group && --group.times === 0) groups.delete(key)
      known = undefined
    },
    value() {
      known ??= { value: result(groups) }
      return known.value
    },
  }
}

/** Needs two occurrences; a tie goes to the first in alphabetical order. */
function mostFrequent(groups: Groups): JsonValue | undefined {
  let best: Group | undefined
  for (const group of groups.values()) {
    if (group.times < 2) continue
    if (best === undefined || group.times > best.times) best = group
    else if (group.times === best.times && alphabetical(group.value, best.value) < 0) best = group
  }
  return best?.value
}

function listed(groups: Groups): JsonValue {
  return [...groups.values()]
    .map(({ value }) => value)
    .sort(alphabetical)
    .slice(0, MOST_LISTED)
}

/** By text, in order of code units; equal texts (`1` and `"1"`) by their JSON, so that the order is total. */
export function alphabetical(a: JsonValue, b: JsonValue): number {
  const [left, right] = [textOf(a), textOf(b)]
  if (left !== right) return left < right ? -1 : 1
  const [leftJson, rightJson] = [canonicalJson(a), canonicalJson(b)]
  return leftJson < rightJson ? -1 : leftJson > rightJson ? 1 : 0
}

function textOf(value: JsonValue): string {
  return typeof value === 'object' ? canonicalJson(value) : String(value)
}
