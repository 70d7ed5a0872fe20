import { createReadStream } from 'node:fs'
import { parse } from 'csv-parse'
import { DemoError } from './client.ts'
import { londonInstant } from './london-time.ts'

/** Reads a file of order lines in the form of the UCI "Online Retail" data set, row by row, so that its size is no matter. */
export interface OrderLine {
  readonly invoice: string
  readonly cancelled: boolean
  readonly sku: string
  readonly name: string
  readonly quantity: number
  /** GBP per piece. */
  readonly price: number
  /** Epoch milliseconds. */
  readonly at: number
  /** Empty when the shop did not know who bought. */
  readonly customer: string
  readonly country: string
}

export const COLUMNS = [
  'InvoiceNo',
  'StockCode',
  'Description',
  'Quantity',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
  'Country',
] as const

export type OrderRow = { readonly [column in (typeof COLUMNS)[number]]: string }

/** @throws DemoError naming the line and the column at fault, or why the file cannot be read */
export async function* readOrders(path: string): AsyncGenerator<OrderLine> {
  const rows = parse({ bom: true, columns: checkedHeader, skip_empty_lines: true, info: true })
  createReadStream(path)
    .on('error', (error) => rows.destroy(error)) // A pipe passes data on, but no errors.
    .pipe(rows)
  try {
    // `info: true` makes csv-parse answer the line number with every record.
    for await (const { record, info } of rows as AsyncIterable<{ record: OrderRow; info: { lines: number } }>) {
      yield orderLine(record, info.lines)
    }
  } catch (error) {
    if (error instanceof DemoError) throw error
    throw new DemoError(`${path} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}

function checkedHeader(header: string[]): string[] {
  const names = header.map((name) => name.trim())
  const missing = COLUMNS.filter((column) => !names.includes(column))
  if (missing.length > 0) throw new DemoError(`The first line lacks the column ${missing.join(', ')}.`)
  return names
}

/** @param line number in the file, for the message. @throws DemoError when a number or a date is none */
export function orderLine(row: OrderRow, line: number): OrderLine {
  const at = londonInstant(row.InvoiceDate)
  const quantity = Number(row.Quantity)
  const price = Number(row.UnitPrice)
  const wrong = (column: keyof OrderRow, wanted: string) =>
    new DemoError(`Line ${line}: ${column} should be ${wanted}, and is "${row[column]}".`)
  if (at === undefined) throw wrong('InvoiceDate', 'like 2011-06-01 09:30:00')
  if (row.Quantity.trim() === '' || !Number.isInteger(quantity)) throw wrong('Quantity', 'a whole number')
  if (row.UnitPrice.trim() === '' || !Number.isFinite(price)) throw wrong('UnitPrice', 'a number')
  if (row.InvoiceNo.trim() === '') throw wrong('InvoiceNo', 'there')
  return {
    invoice: row.InvoiceNo.trim(),
    cancelled: /^c/i.test(row.InvoiceNo.trim()),
    sku: row.StockCode.trim(),
    name: row.Description.trim(),
    quantity,
    price,
    at,
    customer: row.CustomerID.trim(),
    country: row.Country.trim(),
  }
}
