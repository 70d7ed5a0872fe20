import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { COLUMNS, type OrderLine, readOrders } from './order-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-orders-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function read(text: string): Promise<readonly OrderLine[]> {
  const path = join(folder, 'orders.csv')
  writeFileSync(path, text)
  return all(path)
}

async function all(path: string): Promise<readonly OrderLine[]> {
  const lines: OrderLine[] = []
  for await (const line of readOrders(path)) lines.push(line)
  return lines
}

const HEADER = `${COLUMNS.join(',')}\n`

describe('readOrders', () => {
  it('reads quotes, commas and line breaks inside fields, and a byte order mark', async () => {
    const lines = await read(
      `\uFEFF${HEADER}536368,22914,"BLUE ""COAT"" RACK,\nPARIS",3,2011-06-01 08:34:00,4.95,13047,United Kingdom\r\n`,
    )
    expect(lines).toEqual([
      {
        invoice: '536368',
        cancelled: false,
        sku: '22914',
        name: 'BLUE "COAT" RACK,\nPARIS',
        quantity: 3,
        price: 4.95,
        at: Date.parse('2011-06-01T07:34:00Z'),
        customer: '13047',
        country: 'United Kingdom',
      },
    ])
  })

  it('knows a cancellation and a line without a customer, and ends without a final line break', async () => {
    const [line] = await read(`${HEADER}C536391,21983,TISSUES,-24,2010-12-01 10:24:00,0.29,,EIRE`)
    expect(line).toMatchObject({ cancelled: true, quantity: -24, customer: '' })
  })

  it.each([
    [`${HEADER}1,2,x,three,2010-12-01 10:24:00,0.29,1,EIRE\n`, /Line 2: Quantity .* "three"/],
    [`${HEADER}1,2,x,1,2010-12-32 10:24:00,0.29,1,EIRE\n`, /Line 2: InvoiceDate/],
    [`${HEADER}1,2,x,1,2010-12-01 10:24:00,,1,EIRE\n`, /Line 2: UnitPrice/],
    [`${HEADER}1,2,x\n`, /cannot be read: Invalid Record Length/],
    ['InvoiceNo,Quantity\n1,2\n', /lacks the column StockCode, Description/],
  ])('names what is wrong in %j', async (text, message) => {
    await expect(read(text)).rejects.toThrow(message)
  })

  it('says so when there is no such file', async () => {
    await expect(all(join(folder, 'none.csv'))).rejects.toThrow(/none\.csv cannot be read: ENOENT/)
  })
})
