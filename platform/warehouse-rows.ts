import { cleanJson, type JsonValue } from '../shared/kernel/json.ts'
import type { Column, Row } from '../shared/lake/columns.ts'

/** Rows as JSON, for warehouses that read it: instants as the warehouse wants them, and no character that it refuses. */
export type InstantForm = 'milliseconds' | 'iso'

/** One object per row, in JSON, at most so many characters in a piece (a row that is longer is a piece by itself). */
export function* jsonPieces(
  columns: readonly Column[],
  rows: readonly Row[],
  mostChars: number,
  options: { readonly instants: InstantForm; readonly nested: boolean; readonly mostRows?: number },
): Generator<readonly string[]> {
  let piece: string[] = []
  let chars = 0
  for (const row of rows) {
    const text = jsonRow(columns, row, options)
    if (piece.length > 0 && (chars + text.length > mostChars || piece.length >= (options.mostRows ?? Infinity))) {
      yield piece
      piece = []
      chars = 0
    }
    piece.push(text)
    chars += text.length + 1
  }
  if (piece.length > 0) yield piece
}

/** `nested`: objects as such; else each as a text of JSON. */
export function jsonRow(
  columns: readonly Column[],
  row: Row,
  { instants, nested }: { readonly instants: InstantForm; readonly nested: boolean },
): string {
  const entries = columns.map(({ name, type }): [string, JsonValue] => {
    const value = row[name] ?? null
    if (value === null) return [name, null]
    if (type === 'json') return [name, nested ? cleanJson(value) : JSON.stringify(cleanJson(value))]
    if (type === 'instant' && instants === 'iso') return [name, new Date(Number(value)).toISOString()]
    return [name, cleanJson(value)]
  })
  return JSON.stringify(Object.fromEntries(entries))
}
