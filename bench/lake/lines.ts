import type { BronzeLine } from '../../platform/archive.ts'

/** Made-up lines of bronze, of usual size. */
export const WORKSPACE = 'bench'
export const SOURCE = 'src_bench0001'

export interface MadeLine {
  readonly serial: number
  readonly receivedAt: number
  readonly person: number
  readonly name: string
}

export function lineOf({ serial, receivedAt, person, name }: MadeLine): BronzeLine {
  const body = {
    type: 'track',
    event: name,
    userId: `user-${person}`,
    messageId: `bench-${serial}`,
    timestamp: new Date(receivedAt).toISOString(),
    properties: {
      sku: `S-${serial % 1_000}`,
      price: (serial % 10_000) / 100,
      currency: 'EUR',
      title: TITLES[serial % 97] as string,
    },
    context: {
      page: { url: `https://shop.example/products/${serial % 1_000}`, path: `/products/${serial % 1_000}` },
      library: { name: 'analytics.js', version: '2.1.0' },
      userAgent:
        'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
    },
  }
  const id = `prf_${String(person).padStart(26, '0')}`
  return {
    copyId: `r${serial}.0`,
    receivedAt,
    workspace: WORKSPACE,
    source: SOURCE,
    messageId: body.messageId,
    type: 'track',
    timestamp: receivedAt,
    outcome: 'applied',
    flags: [],
    canonicalId: id,
    leaf: id,
    envelope: { requestId: `r${serial}`, source: SOURCE, trust: 'public', origin: 'live', receivedAt },
    item: { i: 0, body },
  }
}

const TITLES = Array.from({ length: 97 }, (_, i) => `A product with a name of usual length, number ${i}`)
