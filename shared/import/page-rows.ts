import { type Page, type RawRow, READ_LIMITS, type ReadState, type RowFaultCode } from './import-format.ts'

/** Gathers the rows of a page and counts: what all readers have in common. Positions are those of the page's text. */
export interface PageRows {
  /** Where the next row begins. */
  at: number
  row: number
  line: number
  readonly isFull: boolean
  add(content: RawRow['content'], end: number): void
  fault(code: RowFaultCode, message: string, end: number, column?: string): void
  /** Goes over what is no row. */
  skip(end: number): void
  page(rest?: Pick<ReadState, 'header' | 'skipping'>): Page
}

export function pageRows(text: string, state: ReadState): PageRows {
  const rows: RawRow[] = []
  return {
    at: 0,
    row: state.row,
    line: state.line,
    get isFull() {
      return rows.length >= READ_LIMITS.pageRows
    },
    add(content, end) {
      this.row += 1
      rows.push({ row: this.row, line: this.line + 1, content })
      this.skip(end)
    },
    fault(code, message, end, column = '') {
      this.add({ kind: 'fault', fault: { code, column, message } }, end)
    },
    skip(end) {
      this.line += linesIn(text, this.at, end)
      this.at = end
    },
    page(rest = {}) {
      return { rows, consumed: this.at, state: { row: this.row, line: this.line, ...rest } }
    },
  }
}

/** Line ends of a piece of text: `\n` and `\r\n`; of old files that have neither, `\r`. */
function linesIn(text: string, from: number, to: number): number {
  let lines = 0
  for (let i = text.indexOf('\n', from); i !== -1 && i < to; i = text.indexOf('\n', i + 1)) lines++
  return lines === 0 && text[to - 1] === '\r' ? 1 : lines
}

export const BOM = '\u00ef\u00bb\u00bf'
export const TOO_LARGE = `the row is larger than ${READ_LIMITS.pageBytes} bytes`
export const NOT_UTF8 = 'is not valid UTF-8'
