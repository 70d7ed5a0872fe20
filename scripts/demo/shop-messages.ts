import type { Random } from './random.ts'
import type { Person } from './shop-people.ts'

/** The messages of one visit, as an SDK builds them. Pure: times and ids come from the caller. */
export interface Message {
  readonly type: string
  readonly messageId: string
  readonly timestamp: string
  readonly [field: string]: unknown
}

export interface Visit {
  /** Which ids the messages of this visit carry. */
  readonly who: { readonly userId?: string; readonly anonymousId?: string }
  readonly context?: { readonly [field: string]: unknown }
  /** Time of the first message, epoch milliseconds. */
  readonly from: number
}

/** Collects the messages of one person under ids that only depend on the seed, the person and the order of calls. */
export class Visitor {
  readonly #messages: Message[] = []
  readonly #person: Person
  readonly #seed: number
  readonly #random: Random
  #visit: Visit
  #at: number

  constructor(seed: number, person: Person, random: Random, visit: Visit) {
    this.#seed = seed
    this.#person = person
    this.#random = random
    this.#visit = visit
    this.#at = visit.from
  }

  comes(visit: Visit): void {
    this.#visit = visit
    this.#at = visit.from
  }

  add(type: string, fields: { readonly [field: string]: unknown }): void {
    const { who, context } = this.#visit
    this.#messages.push({
      type,
      messageId: `demo-${this.#seed}-${this.#person.number + 1}-${this.#count++}`,
      timestamp: new Date(this.#at).toISOString(),
      ...who,
      ...(context && { context }),
      ...fields,
    })
    this.#at += this.#random.between(700, 4_000)
  }

  browses(pages: number): void {
    this.add('page', { name: 'Home', properties: { path: '/' } })
    for (let i = 0; i < pages; i++) this.add('track', { event: 'Product Viewed', properties: this.#product() })
  }

  orders(): void {
    const product = this.#product()
    const quantity = this.#random.between(1, 3)
    this.add('track', { event: 'Product Added', properties: { ...product, quantity } })
    this.add('track', { event: 'Checkout Started', properties: { value: product.price * quantity } })
    this.add('track', {
      event: 'Order Completed',
      properties: {
        order_id: `order_${this.#seed}_${this.#person.number + 1}_${this.#count}`,
        total: Math.round(product.price * quantity * 100) / 100,
        currency: 'EUR',
        products: [{ ...product, quantity }],
      },
    })
  }

  /** What was collected since the last call. */
  take(): readonly Message[] {
    return this.#messages.splice(0)
  }

  #count = 1

  #product(): { readonly sku: string; readonly name: string; readonly price: number } {
    const [name, sku, price] = this.#random.pick(PRODUCTS)
    return { sku, name, price }
  }
}

const PRODUCTS: readonly (readonly [string, string, number])[] = [
  ['River kayak', 'KAY-1', 649],
  ['Dry bag 20 l', 'BAG-20', 24.9],
  ['Carbon paddle', 'PAD-7', 189],
  ['Wool socks', 'SOC-3', 14.5],
  ['Headlamp', 'LMP-2', 39],
  ['Tide table', 'TID-26', 9.9],
]
