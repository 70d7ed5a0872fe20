import type { JsonValue } from '../kernel/json.ts'
import { utf8Text } from './binary-text.ts'
import { NOT_UTF8, type PageRows } from './page-rows.ts'

/** Adds a row that stands as JSON in the file. */
export function jsonRow(rows: PageRows, binary: string, end: number): void {
  const text = utf8Text(binary)
  const value = text === undefined ? undefined : parsed(text)
  if (text === undefined) rows.fault('bad_encoding', NOT_UTF8, end)
  else if (value === undefined) rows.fault('broken_row', 'the row is not valid JSON', end)
  else rows.add({ kind: 'json', value }, end)
}

/** Undefined when it is no JSON. What the engine says about it quotes the text, so it is not passed on. */
function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}
