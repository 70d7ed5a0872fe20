import { utf8Text } from './binary-text.ts'
import type { Page, ReadState } from './import-format.ts'
import { SCAN_START } from './json-element.ts'
import { jsonRow } from './json-row.ts'
import { BOM, NOT_UTF8, type PageRows, pageRows, TOO_LARGE } from './page-rows.ts'
import { skippedLine } from './read-csv.ts'

const always = () => true

/** NDJSON: a value a line. Empty lines are none; a comma at the end of a line, as in an array, is not minded. */
export function readNdjson(text: string, isLast: boolean, state: ReadState): Page {
  return readLines(text, isLast, state, (rows, line, end) => {
    if (line.trim() === '') rows.skip(end)
    else jsonRow(rows, line.trimEnd().replace(/,$/, ''), end)
  })
}

/**
 * Text: a message a line, or from one line that begins a message to the next. What stands before the first beginning is
 * a row of its own, for the connector to judge.
 */
export function readText(
  text: string,
  isLast: boolean,
  state: ReadState,
  begins: (line: string) => boolean = always,
): Page {
  return readLines(
    text,
    isLast,
    state,
    (rows, binary, end) => {
      const message = utf8Text(binary.trimEnd())
      if (message === undefined) rows.fault('bad_encoding', NOT_UTF8, end)
      else if (message.trim() === '') rows.skip(end)
      else rows.add({ kind: 'text', text: message }, end)
    },
    begins,
  )
}

function readLines(
  text: string,
  isLast: boolean,
  state: ReadState,
  take: (rows: PageRows, line: string, end: number) => void,
  begins: (line: string) => boolean = always,
): Page {
  const rows = pageRows(text, state)
  if (state.skipping && !skippedLine(text, rows, isLast)) return rows.page({ skipping: state.skipping })
  if (rows.line === 0 && text.startsWith(BOM)) rows.skip(BOM.length)
  while (rows.at < text.length && !rows.isFull) {
    const end = recordEnd(text, rows.at, isLast, begins)
    if (end !== undefined) {
      take(rows, text.slice(rows.at, end), end)
      continue
    }
    if (rows.at > 0) break
    rows.fault('row_too_large', TOO_LARGE, text.length)
    return rows.page({ skipping: SCAN_START })
  }
  return rows.page()
}

/** Behind the last line of the record; undefined when it may go on beyond the text. */
function recordEnd(text: string, at: number, isLast: boolean, begins: (line: string) => boolean): number | undefined {
  for (let from = at; ; ) {
    const newline = text.indexOf('\n', from)
    if (newline === -1) return isLast ? text.length : undefined
    const next = newline + 1
    const nextEnd = text.indexOf('\n', next)
    // The next line must be whole before it can be said that it begins a record.
    if (begins === always || (nextEnd === -1 && isLast && next === text.length)) return next
    if (nextEnd === -1 && !isLast) return undefined
    if (begins(text.slice(next, nextEnd === -1 ? text.length : nextEnd))) return next
    from = next
  }
}
