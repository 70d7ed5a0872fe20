import { utf8Text } from './binary-text.ts'
import { csvRow, delimiterOf, lineEnd } from './csv-row.ts'
import { type Page, READ_LIMITS, type ReadState } from './import-format.ts'
import { SCAN_START } from './json-element.ts'
import { BOM, NOT_UTF8, type PageRows, pageRows, TOO_LARGE } from './page-rows.ts'

type Header = NonNullable<ReadState['header']>

/** The rows of CSV in a page; the first row of the file that is not empty is the header. */
export function readCsv(text: string, isLast: boolean, state: ReadState): Page {
  const rows = pageRows(text, state)
  if (state.skipping && !skippedLine(text, rows, isLast)) return rows.page(kept(state.header, state.skipping))
  const opened = state.header ?? openedHeader(text, rows, isLast)
  if (opened === undefined) return rows.page()
  if (typeof opened === 'string') return { ...rows.page(), failed: opened }
  while (rows.at < text.length && !rows.isFull) {
    const row = csvRow(text, rows.at, opened.delimiter, isLast)
    if (row.kind === 'more') {
      if (rows.at > 0) break
      const end = lineEnd(text, 0)
      // The whole page is one row: a quote that swallows the file, or a line that is too long by itself.
      if (end === undefined) {
        rows.fault('row_too_large', TOO_LARGE, text.length)
        return rows.page(kept(opened, SCAN_START))
      }
      rows.fault('broken_row', 'a quote is opened and not closed within 1 MB', end)
    } else if (row.kind === 'broken') rows.fault('broken_row', row.message, row.end)
    else if (row.cells.every(isBlank)) rows.skip(row.end)
    else addRow(rows, row.cells, opened.columns, row.end)
  }
  return rows.page(kept(opened, undefined))
}

function kept(header: Header | undefined, skipping: ReadState['skipping']) {
  return { ...(header ? { header } : {}), ...(skipping ? { skipping } : {}) }
}

/** Whether the end of a line that was too long has been found. */
export function skippedLine(text: string, rows: PageRows, isLast: boolean): boolean {
  const end = lineEnd(text, 0)
  rows.skip(end ?? text.length)
  return end !== undefined || isLast
}

/** The header, or why there can be none; undefined when the file is empty. */
function openedHeader(text: string, rows: PageRows, isLast: boolean): Header | string | undefined {
  if (rows.line === 0 && text.startsWith(BOM)) rows.skip(BOM.length)
  // Excel writes and reads a first line that names the delimiter.
  const named = /^sep=(.)\r?\n/i.exec(text.slice(rows.at, rows.at + 10))
  if (named) rows.skip(rows.at + named[0].length)
  while (rows.at < text.length) {
    const delimiter = named?.[1] ?? delimiterOf(text.slice(rows.at))
    const row = csvRow(text, rows.at, delimiter, isLast)
    if (row.kind === 'more') return `the header is larger than ${READ_LIMITS.pageBytes} bytes`
    if (row.kind === 'broken') return `the header is not valid CSV: ${row.message}`
    rows.skip(row.end)
    if (row.cells.every(isBlank)) continue
    if (row.cells.length > READ_LIMITS.columns) return `the header has more than ${READ_LIMITS.columns} columns`
    const columns = row.cells.map((cell) => utf8Text(cell)?.trim())
    return columns.includes(undefined)
      ? 'the header is not valid UTF-8; say the charset in Content-Type'
      : { columns: columns as string[], delimiter }
  }
  return undefined
}

function isBlank(cell: string): boolean {
  return cell.trim() === ''
}

function addRow(rows: PageRows, raw: readonly string[], columns: readonly string[], end: number): void {
  // Spreadsheets write blank cells beyond the last column.
  if (raw.length < columns.length || raw.slice(columns.length).some((cell) => !isBlank(cell))) {
    rows.fault('ragged_row', `the row has ${raw.length} cells, and the header ${columns.length}`, end)
    return
  }
  const cells = raw.slice(0, columns.length).map(utf8Text)
  const bad = cells.indexOf(undefined)
  if (bad === -1) rows.add({ kind: 'cells', cells: cells as string[] }, end)
  else rows.fault('bad_encoding', NOT_UTF8, end, columns[bad])
}
