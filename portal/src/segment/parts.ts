import { toIso } from '../../../shared/kernel/instant.ts'
import { isObject, type JsonValue, own } from '../../../shared/kernel/json.ts'
import { OPERATORS, type Operator, operandFault } from '../../../shared/segment/operators.ts'

/** What fields show of a part of a condition, and the part again from what they show. */

export const UNITS = ['ms', 's', 'm', 'h', 'd', 'w'] as const
export type Unit = (typeof UNITS)[number]

export interface DurationParts {
  readonly amount: string
  readonly unit: Unit
}

/** @law A duration comes back from its fields as it was written. */
export function durationParts(text: JsonValue | undefined): DurationParts {
  const found = /^([\d.]*)(ms|[smhdw])$/.exec(typeof text === 'string' ? text : '')
  return { amount: found?.[1] ?? '', unit: UNITS.find((unit) => unit === found?.[2]) ?? 'd' }
}

export function durationText({ amount, unit }: DurationParts): string {
  return `${amount}${unit}`
}

export const WINDOW_FORMS = ['ever', 'last', 'between', 'dates'] as const
export type WindowForm = (typeof WINDOW_FORMS)[number]

export function windowForm(window: JsonValue | undefined): WindowForm {
  if (!isObject(window)) return 'ever'
  if (own(window, 'last') !== undefined) return 'last'
  return own(window, 'between') === undefined ? 'dates' : 'between'
}

/** A window of another form, to begin with. */
export function newWindow(form: WindowForm, now: number): JsonValue | undefined {
  switch (form) {
    case 'ever':
      return undefined
    case 'last':
      return { last: '30d' }
    case 'between':
      return { between: ['60d', '30d'] }
    case 'dates':
      return { from: `${toIso(now).slice(0, 7)}-01`, to: toIso(now).slice(0, 10) }
  }
}

export const VALUE_KINDS = ['text', 'number', 'boolean', 'json'] as const
export type ValueKind = (typeof VALUE_KINDS)[number]

export function valueKind(value: JsonValue): ValueKind {
  if (typeof value === 'string') return 'text'
  return typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'json'
}

export function valueText(value: JsonValue | undefined): string {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** What somebody typed, as a value of the kind they chose; undefined while it is none. */
export function typedValue(text: string, kind: ValueKind): JsonValue | undefined {
  switch (kind) {
    case 'text':
      return text === '' ? undefined : text
    case 'number':
      return typedNumber(text)
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined
    case 'json':
      return typedJson(text)
  }
}

export function typedNumber(text: string): number | undefined {
  const n = /^\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text.replace(',', '.')) : NaN
  return Number.isFinite(n) ? n : undefined
}

function typedJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What stays of an operand when another operator takes it: as much as that one can take. */
export function operandFor(op: Operator, before: JsonValue | undefined): JsonValue | undefined {
  const first = Array.isArray(before) ? before[0] : before
  const candidates = [OPERATORS[op].takes === 'value' ? first : before, before === undefined ? before : [before], first]
  return candidates.find((candidate) => candidate !== undefined && operandFault(op, candidate) === undefined)
}
