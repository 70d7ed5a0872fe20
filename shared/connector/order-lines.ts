import { instantOf } from '../import/field-value.ts'
import { toIso } from '../kernel/instant.ts'
import { err, ok } from '../kernel/result.ts'
import { defineConnector } from './connector.ts'

/**
 * A shop's order lines as CSV (the columns of the UCI Online Retail file): a line bought is `Product Purchased`, one of a
 * cancelled invoice (`C536379`) `Product Returned`. Times are those of the shop in London.
 */
export const orderLines = defineConnector({
  name: 'order-lines',
  type: 'batch',
  format: 'csv',
  summary: 'Order lines of a shop as Product Purchased and Product Returned events',
  columns: ['InvoiceNo', 'StockCode', 'Description', 'Quantity', 'InvoiceDate', 'UnitPrice', 'CustomerID', 'Country'],
  normalise(row) {
    const text = (column: string) => row[column]?.trim() ?? ''
    const at = instantOf(text('InvoiceDate'), { zone: 'Europe/London' })
    const [quantity, price] = [Number(text('Quantity') || Number.NaN), Number(text('UnitPrice') || Number.NaN)]
    if (at === undefined) return err('InvoiceDate is no time like 2010-12-01 08:34:00')
    if (!Number.isInteger(quantity)) return err('Quantity is no whole number')
    if (!Number.isFinite(price)) return err('UnitPrice is no number')
    // A line without a customer is a sale over the counter: nobody's event.
    if (text('CustomerID') === '') return ok([])
    const order = text('InvoiceNo')
    const isReturn = /^c/i.test(order)
    return ok([
      {
        type: 'track',
        event: isReturn ? 'Product Returned' : 'Product Purchased',
        userId: text('CustomerID'),
        timestamp: toIso(at),
        properties: {
          order_id: order,
          sku: text('StockCode'),
          name: text('Description'),
          quantity: Math.abs(quantity),
          price,
          total: Math.round(Math.abs(quantity) * price * 100) / 100,
          currency: 'GBP',
          country: text('Country'),
        },
      },
    ])
  },
})
