import { isoDay } from '../kernel/instant.ts'

/**
 * Dates that are not ISO 8601, by a pattern: `DD.MM.YYYY HH:mm`, `M/D/YYYY h:mm A`. Letters beyond these stand for
 * themselves.
 */
const TOKENS = {
  YYYY: ['year', '\\d{4}'],
  YY: ['shortYear', '\\d{2}'],
  MM: ['month', '\\d{2}'],
  M: ['month', '\\d{1,2}'],
  DD: ['day', '\\d{2}'],
  D: ['day', '\\d{1,2}'],
  HH: ['hour', '\\d{2}'],
  H: ['hour', '\\d{1,2}'],
  hh: ['hour12', '\\d{2}'],
  h: ['hour12', '\\d{1,2}'],
  mm: ['minute', '\\d{2}'],
  ss: ['second', '\\d{2}'],
  SSS: ['millisecond', '\\d{3}'],
  A: ['half', '[AaPp][Mm]'],
} as const satisfies Record<string, readonly [string, string]>

const TOKEN = /YYYY|YY|MM|M|DD|D|HH|H|hh|h|mm|ss|SSS|A|[\s\S]/g

/** What is wrong with a pattern, or undefined. */
export function patternFault(pattern: string): string | undefined {
  const fields = (pattern.match(TOKEN) ?? []).flatMap((part) => (isToken(part) ? [TOKENS[part][0]] : []))
  const twice = fields.find((field, i) => fields.indexOf(field) !== i)
  if (twice) return `the date pattern names the ${twice} twice`
  const has = (field: (typeof TOKENS)[keyof typeof TOKENS][0]) => fields.includes(field)
  if (!has('month') || !has('day') || has('year') === has('shortYear')) {
    return 'a date pattern needs a year (YYYY or YY), a month (MM or M) and a day (DD or D)'
  }
  if (has('hour12') !== has('half')) return 'a date pattern has h and A together, or neither'
  return undefined
}

/** The wall-clock time a text says, as if it were UTC, in epoch milliseconds; undefined when it says none. */
export function wallClockBy(pattern: string, text: string): number | undefined {
  const match = expressionOf(pattern).exec(text.trim())
  if (!match?.groups) return undefined
  const { groups } = match
  const number = (name: string, otherwise: number) => (groups[name] === undefined ? otherwise : Number(groups[name]))
  const short = number('shortYear', 0)
  // As spreadsheets read them: 00–68 are of this century.
  const year = number('year', short < 69 ? 2_000 + short : 1_900 + short)
  const [month, day] = [number('month', 1), number('day', 1)]
  const half = groups['half']?.toLowerCase()
  const hour12 = number('hour12', 12)
  const hour = half === undefined ? number('hour', 0) : (hour12 % 12) + (half === 'pm' ? 12 : 0)
  const [minute, second] = [number('minute', 0), number('second', 0)]
  if (hour > 23 || minute > 59 || second > 60 || hour12 < 1 || hour12 > 12) return undefined
  const midnight = Date.UTC(year, month - 1, day)
  const two = (n: number) => String(n).padStart(2, '0')
  // Date.UTC rolls 30 February over into March: a date that does not come back as itself does not exist.
  if (isoDay(midnight) !== `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`) return undefined
  return midnight + ((hour * 60 + minute) * 60 + second) * 1_000 + number('millisecond', 0)
}

const expressions = new Map<string, RegExp>()

function expressionOf(pattern: string): RegExp {
  let expression = expressions.get(pattern)
  if (!expression) {
    const parts = (pattern.match(TOKEN) ?? []).map((part) =>
      isToken(part) ? `(?<${TOKENS[part][0]}>${TOKENS[part][1]})` : part.replace(/[^\w\s]/g, '\\$&'),
    )
    expression = new RegExp(`^${parts.join('')}$`)
    expressions.set(pattern, expression)
  }
  return expression
}

function isToken(part: string): part is keyof typeof TOKENS {
  return Object.hasOwn(TOKENS, part)
}
