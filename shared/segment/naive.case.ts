import { canonicalJson } from '../kernel/canonical-json.ts'
import { parseInstant } from '../kernel/instant.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../kernel/json.ts'
import type { Condition } from './condition.ts'
import type { Operator } from './operators.ts'
import type { EventRef, PersonView } from './person-view.ts'
import type { Verdict } from './signal.ts'
import type { Window } from './window.ts'

/**
 * The language once more, as plainly as it can be said: one instant at a time, every event looked at, nothing clever. It
 * shares no code with the evaluator beyond the kernel. It is what the evaluator is compared with.
 */

/** A person as data: every event there ever was, of which the oldest `pruned` are only counted. */
export interface PersonData {
  readonly traits: Readonly<Record<string, { readonly value: JsonValue; readonly at: number }>>
  readonly events: readonly EventData[]
  readonly pruned: number
  /** Whether the view says how far the pruned events reach. */
  readonly saysUpTo: boolean
}

export interface EventData {
  readonly at: number
  readonly id: string
  readonly name: string
  readonly properties: JsonObject
}

export function personView(data: PersonData): PersonView {
  const sorted = inOrder(data.events)
  const held: EventRef[] = sorted.slice(data.pruned).map((event) => ({ ...event, properties: () => event.properties }))
  return {
    known: true,
    trait: (name) => own(data.traits, name),
    events: (pattern) => held.filter((event) => nameMatches(pattern, event.name)),
    folded: (pattern) => sorted.slice(0, data.pruned).filter((event) => nameMatches(pattern, event.name)).length,
    ...(data.saysUpTo && data.pruned > 0 && { foldedUpTo: sorted[data.pruned - 1]?.at }),
  }
}

export function naive(condition: Condition, data: PersonData, t: number): Verdict {
  switch (condition.type) {
    case 'everyone':
      return true
    case 'and': {
      const verdicts = condition.conditions.map((child) => naive(child, data, t))
      return verdicts.includes(false) ? false : verdicts.includes('unknown') ? 'unknown' : true
    }
    case 'or': {
      const verdicts = condition.conditions.map((child) => naive(child, data, t))
      return verdicts.includes(true) ? true : verdicts.includes('unknown') ? 'unknown' : false
    }
    case 'not': {
      const verdict = naive(condition.condition, data, t)
      return verdict === 'unknown' ? verdict : !verdict
    }
    case 'trait': {
      const [top, ...rest] = condition.path.split('.')
      const trait = own(data.traits, top as string)
      return passes(dig(trait?.value, rest), condition.op, condition.value, t)
    }
    case 'event':
      return countVerdict(condition, data, t)
    case 'returned':
      return returnedVerdict(condition, data, t)
  }
}

function countVerdict(condition: Extract<Condition, { type: 'event' }>, data: PersonData, t: number): Verdict {
  const { held, older, upTo } = split(data, condition.name)
  const has = (event: EventData) =>
    (condition.where ?? []).every(({ property, op, value }) =>
      passes(dig(event.properties, property.split('.')), op, value, t),
    )
  const counted = held.filter((event) => event.at <= t && inWindow(event.at, condition.window, t) && has(event)).length
  // Of the older ones it is only known that none is later than `upTo`: they are all in, all out, or anything between.
  const { window } = condition
  const limited = window !== undefined || (condition.where ?? []).length > 0
  const sure = !limited && (t >= upTo || upTo === Number.POSITIVE_INFINITY)
  const possible = older > 0 && (window === undefined || instantsUpTo(upTo, t).some((at) => inWindow(at, window, t)))
  const low = counted + (sure ? older : 0)
  const high = counted + (sure || possible ? older : 0)
  const verdicts = new Set<boolean>()
  for (let n = low; n <= high; n++) verdicts.add(countPasses(n, condition.count))
  return verdicts.size === 1 ? ([...verdicts][0] as boolean) : 'unknown'
}

/** Instants at which a pruned event may have been: all near ones, which is where the windows of the tests are. */
function instantsUpTo(upTo: number, t: number): readonly number[] {
  return Array.from({ length: 400 }, (_, i) => t + 200 - i).filter((at) => at <= upTo)
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

function returnedVerdict(condition: Extract<Condition, { type: 'returned' }>, data: PersonData, t: number): Verdict {
  const { held, older, upTo } = split(data, condition.name ?? '*')
  const instants = [...new Set(held.map((event) => event.at).filter((at) => at <= t))]
  const newest = instants.at(-1)
  const previous = instants.at(-2)
  if (newest === undefined) return older > 0 && upTo > t - ms(condition.within) ? 'unknown' : false
  if (newest <= t - ms(condition.within)) return false
  if (previous !== undefined) return newest - previous >= ms(condition.after)
  if (older === 0) return false
  return newest - upTo >= ms(condition.after) ? true : 'unknown'
}

function split(data: PersonData, pattern: string) {
  const sorted = inOrder(data.events)
  const held = sorted.slice(data.pruned).filter((event) => nameMatches(pattern, event.name))
  const older = sorted.slice(0, data.pruned).filter((event) => nameMatches(pattern, event.name)).length
  const said = data.saysUpTo ? (sorted[data.pruned - 1]?.at ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY
  return { held, older, upTo: Math.min(said, held[0]?.at ?? Number.POSITIVE_INFINITY) }
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
  const n =
    typeof value === 'number' || (typeof value === 'string' && value.trim() === value) ? Number(value) : Number.NaN
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
