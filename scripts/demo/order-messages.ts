import { createHash } from 'node:crypto'
import type { OrderLine } from './order-file.ts'
import type { Message } from './shop-messages.ts'

/**
 * Turns order lines into messages whose ids follow from the content, so that the same file sent twice is a file of
 * duplicates. A file may hold the same line several times, and each counts: the id has its number among its equals.
 */
export const ADDED = 'Order Line Added'
export const CANCELLED = 'Order Line Cancelled'

export class OrderMessages {
  readonly #seen = new Map<string, number>()
  readonly #customers = new Set<string>()

  /** The messages of one line: the customer's identify before their first line, then the track. */
  of(line: OrderLine): readonly Message[] {
    const track = this.#track(line)
    if (line.customer === '' || this.#customers.has(line.customer)) return [track]
    this.#customers.add(line.customer)
    return [identify(line), track]
  }

  #track(line: OrderLine): Message {
    const content = hash(JSON.stringify(line))
    const occurrence = (this.#seen.get(content) ?? 0) + 1
    this.#seen.set(content, occurrence)
    return {
      type: 'track',
      messageId: `order-line-${content}-${occurrence}`,
      timestamp: new Date(line.at).toISOString(),
      event: eventName(line),
      ...buyer(line),
      properties: {
        order_id: line.invoice,
        sku: line.sku,
        name: line.name,
        quantity: line.quantity,
        price: line.price,
        currency: 'GBP',
        revenue: Math.round(line.quantity * line.price * 100) / 100,
      },
    }
  }
}

export function eventName(line: OrderLine): string {
  return line.cancelled ? CANCELLED : ADDED
}

/** Whose profile a line belongs to, as `type:value`. Who bought without an account is a guest, one per invoice. */
export function profileRef(line: OrderLine): string {
  return line.customer === '' ? `anonymous_id:${guest(line)}` : `user_id:${line.customer}`
}

function buyer(line: OrderLine): { readonly userId: string } | { readonly anonymousId: string } {
  return line.customer === '' ? { anonymousId: guest(line) } : { userId: line.customer }
}

function guest(line: OrderLine): string {
  return `guest-invoice-${line.invoice}`
}

function identify(line: OrderLine): Message {
  return {
    type: 'identify',
    messageId: `order-customer-${hash(JSON.stringify([line.customer, line.country, line.at]))}`,
    timestamp: new Date(line.at).toISOString(),
    userId: line.customer,
    traits: { country: line.country },
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24)
}
