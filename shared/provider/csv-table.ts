import type { JsonValue } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'

/** A small CSV (RFC 4180) with a header, wholly in memory; files of any size go through an import. */
const MOST_ROWS = 5_000
const MOST_COLUMNS = 500

export function readCsvTable(text: string): Result<readonly JsonValue[], string> {
  const rows = rowsOf(text.startsWith('\uFEFF') ? text.slice(1) : text)
  if (typeof rows === 'string') return err(rows)
  const [head, ...body] = rows
  if (!head || head.every((name) => name.trim() === '')) return err('there is no header row')
  if (head.length > MOST_COLUMNS) return err(`more than ${MOST_COLUMNS} columns`)
  if (body.length > MOST_ROWS) return err(`more than ${MOST_ROWS} rows: use an import`)
  const names = head.map((name) => name.trim())
  // A row with too few or too many cells stays readable, and becomes one that has no Id when it is not.
  return ok(
    body.map((cells) =>
      Object.fromEntries(names.map((name, i) => [name, cells[i] ?? '']).filter(([name]) => name !== '__proto__')),
    ),
  )
}

function rowsOf(text: string): string[][] | string {
  const rows: string[][] = []
  let [row, cell, quoted]: [string[], string, boolean] = [[], '', false]
  const endRow = () => {
    row.push(cell)
    if (row.length > 1 || cell !== '') rows.push(row)
    row = []
    cell = ''
  }
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string
    if (quoted) {
      if (char !== '"') cell += char
      else if (text[i + 1] === '"') cell += text[++i]
      else quoted = false
    } else if (char === '"' && cell === '') quoted = true
    else if (char === ',') {
      row.push(cell)
      cell = ''
    } else if (char === '\n') endRow()
    else if (char !== '\r') cell += char
  }
  if (quoted) return 'a quotation is not closed'
  endRow()
  return rows
}
