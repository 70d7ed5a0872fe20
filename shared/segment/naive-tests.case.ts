import { canonicalJson } from '../kernel/canonical-json.ts'
import { parseInstant } from '../kernel/instant.ts'
import { isObject, type JsonValue, own } from '../kernel/json.ts'
import type { Condition } from './condition.ts'
import type { Operator } from './operators.ts'
import type { EventData } from './person-data.case.ts'
import type { Window } from './window.ts'

/** The small questions of the naive evaluator: names, windows, counts and operators, each as plainly as it can be said. */
export type Test = { property: string; op: Operator; value?: JsonValue | undefined }

export function has(event: EventData, tests: readonly Test[] | undefined, t: number): boolean {
  return (tests ?? []).every(({ property, op, value }) =>
    passes(dig(event.properties, property.split('.')), op, value, t),
  )
}

export function countPasses(n: number, count: Extract<Condition, { type: 'event' }>['count']): boolean {
  if (!count) return n >= 1
  const { op, value } = count
  if (typeof value !== 'number') return n >= value[0] && n <= value[1]
  if (op === 'eq') return n === value
  if (op === 'neq') return n !== value
  if (op === 'gt') return n > value
  if (op === 'gte') return n >= value
  return op === 'lt' ? n < value : n <= value
}

export function inOrder(events: readonly EventData[]): readonly EventData[] {
  return [...events].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
}

export function nameMatches(pattern: string, name: string): boolean {
  const prefix = /^(.*)\*$/s.exec(pattern)
  return prefix ? name.indexOf(prefix[1] as string) === 0 : pattern === name
}

export function inWindow(at: number, window: Window | undefined, t: number): boolean {
  if (window === undefined) return true
  if ('last' in window) return at > t - ms(window.last) && at <= t
  if ('between' in window) return at > t - ms(window.between[0]) && at <= t - ms(window.between[1])
  return at >= (parseInstant(window.from) as number) && at <= (parseInstant(window.to) as number)
}

/** Durations in the tests are written in milliseconds. */
export function ms(text: string): number {
  return Number(text.replace('ms', ''))
}

export function dig(value: JsonValue | undefined, keys: readonly string[]): JsonValue | undefined {
  return keys.reduce<JsonValue | undefined>((found, key) => (isObject(found) ? own(found, key) : undefined), value)
}

export function passes(value: JsonValue | undefined, op: Operator, operand: JsonValue | undefined, t: number): boolean {
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

export function numberIn(value: JsonValue): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' && value.trim() === value && value !== '' ? Number(value) : Number.NaN
}
