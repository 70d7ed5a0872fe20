/**
 * One row of CSV at a position of a binary text (binary-text.ts), by RFC 4180 and what spreadsheets make of it: any of
 * four delimiters, `\n`, `\r\n` or `\r`, blanks around a quoted cell, quotes inside an unquoted one.
 *
 * A row whose quoting is broken ends at its first line end: then one stray quote costs one row, not the rest of the file.
 */
export type CsvRow =
  | { readonly kind: 'row'; readonly cells: readonly string[]; readonly end: number }
  | { readonly kind: 'broken'; readonly message: string; readonly end: number }
  /** The row may go on beyond the text. */
  | { readonly kind: 'more' }

export const DELIMITERS = [',', ';', '\t', '|'] as const

/** `isLast`: nothing comes after this text. `at` is before the text's end. */
export function csvRow(text: string, at: number, delimiter: string, isLast: boolean): CsvRow {
  const cells: string[] = []
  for (let from = at; ; ) {
    const cell = text[from] === '"' ? quotedCell(text, from, isLast) : plainCell(text, from, delimiter)
    if (cell === 'more') return MORE
    if (cell === 'open') return broken(text, at, 'a quote is opened and never closed', isLast)
    cells.push(cell.value)
    const sign = text[cell.end]
    if (sign === delimiter) {
      from = cell.end + 1
      continue
    }
    if (sign === undefined) return isLast ? { kind: 'row', cells, end: cell.end } : MORE
    if (sign === '\n') return { kind: 'row', cells, end: cell.end + 1 }
    if (sign !== '\r') return broken(text, at, 'there is text after a closing quote', isLast)
    if (cell.end + 1 === text.length && !isLast) return MORE
    return { kind: 'row', cells, end: cell.end + (text[cell.end + 1] === '\n' ? 2 : 1) }
  }
}

const MORE = { kind: 'more' } as const

interface Cell {
  readonly value: string
  /** Of the sign after it. */
  readonly end: number
}

function plainCell(text: string, from: number, delimiter: string): Cell {
  let end = from
  while (end < text.length) {
    const sign = text[end]
    if (sign === delimiter || sign === '\n' || sign === '\r') break
    end++
  }
  return { value: text.slice(from, end), end }
}

function quotedCell(text: string, open: number, isLast: boolean): Cell | 'more' | 'open' {
  let value = ''
  for (let from = open + 1; ; ) {
    const quote = text.indexOf('"', from)
    if (quote === -1) return isLast ? 'open' : 'more'
    if (text[quote + 1] === '"') {
      value += text.slice(from, quote + 1)
      from = quote + 2
      continue
    }
    let end = quote + 1
    while (text[end] === ' ') end++
    return end === text.length && !isLast ? 'more' : { value: value + text.slice(from, quote), end }
  }
}

function broken(text: string, at: number, message: string, isLast: boolean): CsvRow {
  const end = lineEnd(text, at)
  if (end !== undefined) return { kind: 'broken', message, end }
  return isLast ? { kind: 'broken', message, end: text.length } : MORE
}

/** Behind the first line end at or after a position; undefined when the line goes on beyond the text. */
export function lineEnd(text: string, at: number): number | undefined {
  for (let i = at; i < text.length; i++) {
    if (text[i] === '\n') return i + 1
    if (text[i] === '\r') return text[i + 1] === '\n' ? i + 2 : i + 1
  }
  return undefined
}

/** The delimiter that divides the header most often outside of quotes; a comma when none does. */
export function delimiterOf(header: string): string {
  const counts = new Map<string, number>(DELIMITERS.map((delimiter) => [delimiter, 0]))
  let isQuoted = false
  for (const sign of header) {
    if (sign === '"') isQuoted = !isQuoted
    else if (!isQuoted) {
      if (sign === '\n' || sign === '\r') break
      const count = counts.get(sign)
      if (count !== undefined) counts.set(sign, count + 1)
    }
  }
  const most = Math.max(...counts.values())
  return DELIMITERS.find((delimiter) => counts.get(delimiter) === most) as string
}
