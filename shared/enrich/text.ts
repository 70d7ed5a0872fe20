import type { JsonValue } from '../kernel/json.ts'

/** Text that says something. */
export function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** At most so many characters, and no half of one at the end. */
export function cut(text: string, chars: number): string {
  return text.length <= chars ? text : text.slice(0, chars).toWellFormed()
}
