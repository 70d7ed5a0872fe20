import type { DuckDBResult } from '@duckdb/node-api'
import type { Out } from '../cli/command.ts'
import { cellText, jsonWriters } from './value-text.ts'

/** Rows of a result as they are printed: one array of JSON objects, CSV, or a table that fits the terminal. */
export type Format = 'table' | 'json' | 'csv'

export interface Printing {
  readonly format: Format
  readonly limit: number | undefined
}

/** Most rows of a table that nobody asked for more of. */
export const TABLE_ROWS = 200

export async function printRows(result: DuckDBResult, { format, limit }: Printing, out: Out): Promise<void> {
  if (format === 'json') return printJson(result, limit, out)
  if (format === 'csv') return printCsv(result, limit, out)
  if (result.columnNames()[1] === 'explain_value') return printPlan(result, out)
  return printTable(result, limit ?? TABLE_ROWS, limit !== undefined, out)
}

/** Rows as written values, in chunks, so that a result of any size goes through; ends after `limit`. */
async function* written(result: DuckDBResult, limit: number): AsyncGenerator<readonly (readonly string[])[]> {
  const writers = jsonWriters(result)
  let left = limit
  for (;;) {
    const chunk = left > 0 ? await result.fetchChunk() : null
    if (!chunk || chunk.rowCount === 0) return
    const rows = chunk.getRows().slice(0, left)
    left -= rows.length
    yield rows.map((row) => row.map((value, i) => writers[i]?.(value) ?? 'null'))
  }
}

const EVERYTHING = Number.POSITIVE_INFINITY

async function printJson(result: DuckDBResult, limit: number | undefined, out: Out): Promise<void> {
  const names = result.deduplicatedColumnNames().map((name) => JSON.stringify(name))
  let isFirst = true
  out.write('[')
  for await (const rows of written(result, limit ?? EVERYTHING)) {
    const objects = rows.map((row) => `{${row.map((value, i) => `${names[i]}:${value}`).join(',')}}`)
    await flushed(out, `${isFirst ? '\n' : ',\n'}${objects.join(',\n')}`)
    isFirst = false
  }
  out.write(isFirst ? ']\n' : '\n]\n')
}

async function printCsv(result: DuckDBResult, limit: number | undefined, out: Out): Promise<void> {
  out.write(csvLine(result.deduplicatedColumnNames().map((name) => JSON.stringify(name))))
  for await (const rows of written(result, limit ?? EVERYTHING)) {
    await flushed(out, rows.map(csvLine).join(''))
  }
}

/** RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe before it; a number is none. */
function csvLine(row: readonly string[]): string {
  return `${row.map(csvCell).join(',')}\r\n`
}

function csvCell(json: string): string {
  const text = cellText(json)
  const safe = json.startsWith('"') && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** A drawing of DuckDB's own. */
async function printPlan(result: DuckDBResult, out: Out): Promise<void> {
  for await (const rows of written(result, EVERYTHING))
    for (const [, plan = ''] of rows) out.write(`${cellText(plan)}\n`)
}

const WIDEST = 200
const GAP = '  '

async function printTable(result: DuckDBResult, limit: number, isAsked: boolean, out: Out): Promise<void> {
  const names = result.deduplicatedColumnNames().map(printable)
  const rows: (readonly string[])[] = []
  // One more than is shown, to know whether there are more.
  for await (const some of written(result, limit + 1)) rows.push(...some)
  const shown = rows.slice(0, limit)
  const cells = shown.map((row) => row.map((json) => (json === 'null' ? '·' : printable(cellText(json)))))
  const isNumber = names.map(
    (_, i) => shown.length > 0 && shown.every((row) => /^(-?\d[\d.e+-]*|null)$/i.test(row[i] ?? '')),
  )
  const widths = fitted(
    names.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i]?.length ?? 0))),
    out.isTTY ? (out.columns ?? 80) : undefined,
  )
  const line = (row: readonly string[]) =>
    `${row
      .map((cell, i) => padded(cell, widths[i] ?? 0, isNumber[i] ?? false))
      .join(GAP)
      .trimEnd()}\n`
  out.write(line(names))
  out.write(`${widths.map((width) => '─'.repeat(width)).join(GAP)}\n`)
  for (const row of cells) out.write(line(row))
  const many = `${shown.length} ${shown.length === 1 ? 'row' : 'rows'}`
  if (rows.length <= limit) out.write(`(${many})\n`)
  else out.write(`(the first ${many}; there are more: --limit N${isAsked ? '' : ', or --json and --csv for all'})\n`)
}

/** Wide columns give way until all fit; each keeps a few characters. */
function fitted(widths: readonly number[], room: number | undefined): readonly number[] {
  const fit = widths.map((width) => Math.min(width, room === undefined ? WIDEST : room))
  if (room === undefined) return fit
  const total = () => fit.reduce((sum, width) => sum + width, 0) + GAP.length * (fit.length - 1)
  while (total() > room) {
    const widest = fit.indexOf(Math.max(...fit))
    if ((fit[widest] ?? 0) <= 4) break
    fit[widest] = Math.max(4, (fit[widest] ?? 0) - Math.max(1, Math.ceil((total() - room) / 4)))
  }
  return fit
}

function padded(cell: string, width: number, isNumber: boolean): string {
  const cut = cell.length > width ? `${cell.slice(0, Math.max(0, width - 1))}…` : cell
  return isNumber ? cut.padStart(width) : cut.padEnd(width)
}

/** What strangers send may hold what a terminal takes for a command. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '·')
}

/** A pipe whose reader is slow is waited for: a result may be larger than memory. */
async function flushed(out: Out, text: string): Promise<void> {
  const isTaken = out.write(text)
  if (isTaken === false && 'once' in out)
    await new Promise<void>((resume) =>
      (out as unknown as { once(event: string, on: () => void): void }).once('drain', resume),
    )
}
