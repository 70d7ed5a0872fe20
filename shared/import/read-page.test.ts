import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DELIMITERS } from './csv-row.ts'
import { type ImportFormat, type RawRow, READ_START, type ReadState } from './import-format.ts'
import { BOM } from './page-rows.ts'
import { readPage } from './read-page.ts'

const binary = (text: string) => Buffer.from(text).toString('latin1')

/** Reads a file as the job does, but in pages of any size: what does not fit is asked for again with more. */
function inPages(format: ImportFormat, text: string, sizes: readonly number[], begins?: (line: string) => boolean) {
  const rows: RawRow[] = []
  let state: ReadState = READ_START
  let at = 0
  for (let i = 0, size = 1; at < text.length; ) {
    size = Math.max(size, sizes[i++ % sizes.length] as number)
    const isLast = at + size >= text.length
    const page = readPage(format, text.slice(at, at + size), isLast, state, begins)
    if (page.failed !== undefined && !isLast)
      size *= 2 // a header that is not whole yet
    else if (page.failed !== undefined) return { rows, failed: page.failed }
    else if (page.rows.some(isFault) && !isLast)
      size *= 2 // only a whole page says what is too large
    else if (page.consumed === 0) size *= 2
    else {
      rows.push(...page.rows)
      state = page.state
      at += page.consumed
      size = 1
    }
  }
  return { rows }
}

const isFault = (row: RawRow) => row.content.kind === 'fault'
const whole = (format: ImportFormat, text: string, begins?: (line: string) => boolean) =>
  inPages(format, text, [text.length + 1], begins)

/** What cells may hold: everything that could be taken for a border of a row or a cell, and signs of one to four bytes. */
const sign = fc.constantFrom(
  'a',
  'Z',
  '0',
  ' ',
  ',',
  ';',
  '\t',
  '|',
  '"',
  '\n',
  '\r\n',
  '\r',
  'é',
  '€',
  '😀',
  "'",
  '\\',
)
const cell = fc.array(sign, { maxLength: 8 }).map((signs) => signs.join(''))
const table = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 8 }))
  .chain(([width, height]) =>
    fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: height, maxLength: height }),
  )
const layout = fc.record({
  delimiter: fc.constantFrom(...DELIMITERS),
  ending: fc.constantFrom('\n', '\r\n', '\r'),
  bom: fc.boolean(),
  endsWithNewline: fc.boolean(),
  quoteAll: fc.boolean(),
})

describe('CSV', () => {
  const quoted = (text: string, { delimiter, quoteAll }: { delimiter: string; quoteAll: boolean }) =>
    quoteAll || text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  const header = (width: number) => Array.from({ length: width + 1 }, (_, i) => `column ${i}`)

  test('read gives what was written, in any layout and whatever the pages', () => {
    fc.assert(
      fc.property(table, layout, fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (data, how, sizes) => {
        // A first column that is never blank: rows that are altogether blank are no rows.
        const written = data.map((row, i) => [`r${i}`, ...row])
        const lines = [header(data[0]?.length ?? 1), ...written].map((row) =>
          row.map((text) => quoted(text, how)).join(how.delimiter),
        )
        const text = lines.join(how.ending) + (how.endsWithNewline ? how.ending : '')
        const file = (how.bom ? BOM : '') + binary(text)
        const { rows } = inPages('csv', file, sizes)
        expect(rows).toEqual(whole('csv', file).rows)
        expect(rows.map(({ content }) => content)).toEqual(written.map((cells) => ({ kind: 'cells', cells })))
        expect(rows.map(({ row }) => row)).toEqual(written.map((_, i) => i + 1))
      }),
      { numRuns: 400 },
    )
  })

  const contents = (text: string) => whole('csv', binary(text)).rows.map(({ content }) => content)
  const fault = (code: string) => expect.objectContaining({ fault: expect.objectContaining({ code }) })
  const cells = (...cells: string[]) => ({ kind: 'cells', cells })

  test('a stray quote costs one row, not the rest of the file', () => {
    expect(contents('a,b\n"5 inch pipe,1\nnext,2\nlast,3')).toEqual([
      fault('broken_row'),
      cells('next', '2'),
      cells('last', '3'),
    ])
    expect(contents('a,b\n5" pipe,1\n"x"y,2\nlast,3')).toEqual([
      cells('5" pipe', '1'),
      fault('broken_row'),
      cells('last', '3'),
    ])
  })

  test('rows with too few or too many cells are refused; blank cells beyond the header are not minded', () => {
    expect(contents('a,b\n1\n1,2,3\n1,2,,\n1,2')).toEqual([
      fault('ragged_row'),
      fault('ragged_row'),
      cells('1', '2'),
      cells('1', '2'),
    ])
  })

  test('empty lines, rows of blank cells, a header alone and nothing at all hold no rows', () => {
    expect(contents('\n\na,b\n\n1,2\n,\n , \n')).toEqual([cells('1', '2')])
    for (const text of ['a,b', 'a,b\n', '\n', '', BOM]) expect(contents(text)).toEqual([])
  })

  test('rows know their number and their line', () => {
    const { rows } = whole('csv', binary('a,b\r\n\r\n1,"x\r\ny"\r\n2,z'))
    expect(rows.map(({ row, line }) => [row, line])).toEqual([
      [1, 3],
      [2, 5],
    ])
  })

  test("Excel's line that names the delimiter is no header", () => {
    expect(contents('sep=;\r\na;b,c\r\n1;2')).toEqual([cells('1', '2')])
  })

  test('a cell that is not UTF-8 is refused by its column', () => {
    const { rows } = whole('csv', 'a,b\nx,caf\u00e9\ny,z')
    expect(rows[0]?.content).toEqual({
      kind: 'fault',
      fault: { code: 'bad_encoding', column: 'b', message: 'is not valid UTF-8' },
    })
    expect(rows).toHaveLength(2)
  })
})

describe('NDJSON', () => {
  test('a line that is no JSON is told, and the others are read', () => {
    const { rows } = whole('ndjson', `${BOM}{"a":1}\r\n\n  \n{"a":2},\n{"a":\n[3]\nnull`)
    expect(rows.map(({ row, line, content }) => [row, line, content.kind])).toEqual([
      [1, 1, 'json'],
      [2, 4, 'json'],
      [3, 5, 'fault'],
      [4, 6, 'json'],
      [5, 7, 'json'],
    ])
  })
})

describe('JSON', () => {
  test.each([
    ['an array in one line', (items: string[]) => `[${items.join(',')}]`],
    ['an array laid out', (items: string[]) => `[\n  ${items.join(' ,\n  ')}\n]\n`],
    ['values one after the other', (items: string[]) => items.join('\n')],
  ])('%s gives its elements, whatever they hold and whatever the pages', (_, written) => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue())),
        fc.boolean(),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        (items, isPretty, sizes) => {
          const text = written(items.map((item) => JSON.stringify(item, null, isPretty ? 2 : 0)))
          const { rows } = inPages('json', binary(text), sizes)
          // -0 is written as 0.
          const read = rows.map(({ content }) => (content.kind === 'json' ? content.value : content))
          expect(JSON.stringify(read)).toBe(JSON.stringify(items))
        },
      ),
    )
  })

  test('what is no JSON is told and ends; brackets too many do not hang the reader', () => {
    const kinds = (text: string) => whole('json', text).rows.map(({ content }) => content.kind)
    expect(kinds('[{"a":1}, nonsense, {"a":2}]')).toEqual(['json', 'fault', 'json'])
    expect(kinds('[{"a":1}, {"a":')).toEqual(['json', 'fault'])
    expect(kinds('}}}')).toEqual(['fault', 'fault', 'fault'])
    expect(kinds('[]')).toEqual([])
  })
})

describe('text', () => {
  test('a record goes on until a line begins the next one', () => {
    const begins = (line: string) => line.startsWith('#')
    const text = 'before\n#1 one\nmore\n\n#2 two\n#3 three\nend'
    const texts = (sizes: readonly number[]) =>
      inPages('text', text, sizes, begins).rows.map(({ content }) => content.kind === 'text' && content.text)
    expect(texts([100])).toEqual(['before', '#1 one\nmore', '#2 two', '#3 three\nend'])
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (sizes) => {
        expect(texts(sizes)).toEqual(texts([100]))
      }),
    )
  })
})

/** A page as the job cuts it. */
function inFullPages(format: ImportFormat, text: string) {
  const rows: RawRow[] = []
  let [state, at]: [ReadState, number] = [READ_START, 0]
  while (at < text.length) {
    const page = readPage(format, text.slice(at, at + 1_048_576), at + 1_048_576 >= text.length, state)
    expect(page.consumed).toBeGreaterThan(0)
    rows.push(...page.rows)
    ;[state, at] = [page.state, at + page.consumed]
  }
  return rows.map(({ row, content }) => [row, content.kind === 'fault' ? content.fault.code : content.kind])
}

describe('a row of more than a megabyte', () => {
  const long = 'x'.repeat(10_000_000)
  test.each<[string, ImportFormat, string]>([
    ['a line of NDJSON', 'ndjson', `{"a":1}\n{"a":"${long}"}\n{"a":2}\n`],
    ['an element of an array', 'json', `[{"a":1},{"a":"\\"${long}"},{"a":2}]`],
    ['a line of CSV', 'csv', `a\n1\n${long}\n2\n`],
    ['a quoted cell of CSV', 'csv', `a\n1\n"${long}"\n2\n`],
  ])('%s is refused by itself', (_, format, text) => {
    expect(inFullPages(format, text).map(([, what]) => what)).toEqual([
      format === 'csv' ? 'cells' : 'json',
      'row_too_large',
      format === 'csv' ? 'cells' : 'json',
    ])
  })

  test('a quote that is never closed costs its row, however long the file', () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `${i},${'y'.repeat(100)}`)
    const read = inFullPages('csv', `a,b\n"open,1\n${lines.join('\n')}\n`)
    expect(read.filter(([, what]) => what !== 'cells')).toEqual([[1, 'broken_row']])
    expect(read).toHaveLength(20_001)
  })
})
