import { format as formats } from '@cfworker/json-schema'
import { own } from '../kernel/json.ts'

/** Formats whose expressions may go back over what they have read without end. */
const LEFT_OUT: ReadonlySet<string> = new Set(['url', 'uri-template'])
/** No text of these formats that anybody sends is longer. */
const MOST_CHARS = 8_192

/** Whether a text has a format; a format that is not known says nothing. */
export function hasFormat(format: string, text: string): boolean {
  const test = LEFT_OUT.has(format) ? undefined : own(formats, format)
  return test === undefined || (text.length <= MOST_CHARS && test(text))
}
