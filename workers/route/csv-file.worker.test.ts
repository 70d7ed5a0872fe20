import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvFile } from './csv-file.ts'

test('a spreadsheet is given no formula', () => {
  const file = csvFile(['a'], [['=1+1'], ['+1'], ['-1'], ['@x'], ['\tx'], ['fine'], ['1=1']])
  expect(file).toBe("a\r\n'=1+1\r\n'+1\r\n'-1\r\n'@x\r\n'\tx\r\nfine\r\n1=1\r\n")
})

test('whatever the cells hold, a reader of CSV gets them back', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'ü', '"', ',', '\n', '\r', '=', ' ', '-') })
  const row = fc.array(text, { minLength: 2, maxLength: 2 })
  fc.assert(
    fc.property(fc.array(row, { maxLength: 5 }), (rows) => {
      const read = parse(csvFile(['x', 'y'], rows), { record_delimiter: '\r\n' }) as string[][]
      const safe = (cell: string) => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell)
      expect(read).toEqual([['x', 'y'], ...rows.map((cells) => cells.map(safe))])
    }),
  )
})
