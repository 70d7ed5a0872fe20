import type { Page, ReadState } from './import-format.ts'
import { elementEnd, SCAN_START } from './json-element.ts'
import { jsonRow } from './json-row.ts'
import { BOM, type PageRows, pageRows, TOO_LARGE } from './page-rows.ts'

/** The elements of a JSON array, or JSON values one after the other: a row each, however they are laid out in lines. */
export function readJson(text: string, isLast: boolean, state: ReadState): Page {
  const rows = pageRows(text, state)
  if (rows.line === 0 && rows.row === 0 && text.startsWith(BOM)) rows.skip(BOM.length)
  if (state.skipping) {
    const rest = elementEnd(text, 0, state.skipping)
    rows.skip(rest.kind === 'end' ? rest.end : text.length)
    if (rest.kind === 'more') return rows.page(isLast ? {} : { skipping: rest.scan })
  }
  for (;;) {
    skipBetween(text, rows)
    if (rows.at >= text.length || rows.isFull) break
    const element = elementEnd(text, rows.at, SCAN_START)
    if (element.kind === 'end') {
      jsonRow(rows, text.slice(rows.at, element.end).trimEnd(), element.end)
      continue
    }
    if (isLast) jsonRow(rows, text.slice(rows.at).trimEnd(), text.length)
    else if (rows.at === 0) {
      rows.fault('row_too_large', TOO_LARGE, text.length)
      return rows.page({ skipping: element.scan })
    }
    break
  }
  return rows.page()
}

/**
 * Over blanks, commas and the brackets of the list. An opening bracket belongs to the list only before the first row:
 * later it begins an element, which is then refused for not being an object.
 */
function skipBetween(text: string, rows: PageRows): void {
  let end = rows.at
  for (; end < text.length; end++) {
    const sign = text[end] as string
    const isBetween = sign === ',' || sign === ']' || /\s/.test(sign) || (sign === '[' && rows.row === 0)
    if (!isBetween) break
  }
  rows.skip(end)
}
