import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Event } from '../event/event.ts'
import { sameBody } from '../event/same-body.ts'
import { cleanText, isObject, type JsonObject, type JsonValue } from '../kernel/json.ts'
import { arbitraryEvent, arbitraryGeo } from './arbitrary-event.case.ts'
import { enrichEvent } from './enrich-event.ts'
import { EnrichSettings } from './enrich-settings.ts'
import type { Enrichment } from './enrichment.ts'
import { isUnsaid } from './fill.ts'
import { ENRICHMENTS } from './index.ts'
import { parseAgent } from './parse-agent.ts'

const all = Object.entries(ENRICHMENTS) as [keyof typeof ENRICHMENTS, Enrichment<{ enabled: boolean }>][]
const settings = fc
  .record({
    bot: fc.record({ bots: fc.constantFrom('flag', 'drop'), dataCentres: fc.constantFrom('ignore', 'flag', 'drop') }),
    currency: fc.record({
      amounts: fc.constantFrom('as_sent', 'numbers'),
      base: fc.constantFrom(null, 'EUR', 'JPY'),
      rates: fc.constantFrom({}, { USD: '0.92', JPY: '0.0061' }),
    }),
    referrer: fc.record({ internalDomains: fc.constantFrom([], ['example.co.uk']) }),
  })
  .map((chosen) => EnrichSettings.parse(chosen))
const input = (event: Event, geo: Parameters<typeof enrichEvent>[0]['geo']) => ({ event, geo, agentOf: parseAgent })

/** Every path below which something is said, with what. */
function leaves(value: JsonValue | undefined, path: string): readonly (readonly [string, JsonValue])[] {
  if (value === undefined || isUnsaid(value)) return []
  if (!isObject(value)) return [[path, value]]
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}.${key}`))
}
const said = ({ context, properties }: Event) => [...leaves(context, 'context'), ...leaves(properties, 'properties')]

describe('enrichment', () => {
  test('in any order the enrichments give the same event, and what the sender said is never changed', () => {
    fc.assert(
      fc.property(
        arbitraryEvent,
        arbitraryGeo,
        settings,
        fc.shuffledSubarray(all, { minLength: all.length }),
        (event, geo, chosen, order) => {
          const before = structuredClone(event)
          const one = enrichEvent(input(event, geo), chosen)
          const other = enrichEvent(input(event, geo), chosen, order)
          expect(other.event).toEqual(one.event)
          expect(other.drop).toBe(one.drop)
          expect(event).toEqual(before)
          const after = new Map(said(one.event))
          const canonical = /^properties\.(?:currency|revenue|value|total)$/
          for (const [path, value] of said(event)) {
            if (!canonical.test(path)) expect([path, after.get(path)]).toEqual([path, value])
          }
        },
      ),
    )
  })

  test('enriching twice is enriching once', () => {
    fc.assert(
      fc.property(arbitraryEvent, arbitraryGeo, settings, (event, geo, chosen) => {
        const once = enrichEvent(input(event, geo), chosen).event
        const twice = enrichEvent(input(once, geo), chosen).event
        expect(twice).toEqual(once)
        // The very same object: a redelivery stores no changes that are none.
        expect(twice).toBe(once)
      }),
    )
  })

  test('what is written is JSON that every store can hold, and stands where the enrichment says', () => {
    fc.assert(
      fc.property(arbitraryEvent, arbitraryGeo, settings, (event, geo, chosen) => {
        const before = new Set(said(event).map(([path]) => path))
        for (const entry of all) {
          const { event: after } = enrichEvent(input(event, geo), chosen, [entry])
          const text = JSON.stringify(after)
          expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(after)))
          for (const [path, value] of said(after)) {
            if (before.has(path)) continue
            expect(entry[1].writes.some((place) => path === place || path.startsWith(`${place}.`))).toBe(true)
            expect(path).not.toContain('__proto__')
            if (typeof value === 'string') expect(cleanText(value)).toBe(value)
          }
        }
      }),
    )
  })

  test('no two enrichments write the same place', () => {
    const places = all.flatMap(([name, { writes }]) => writes.map((place) => ({ name, place })))
    for (const a of places)
      for (const b of places) if (a.name !== b.name) expect(`${a.place}.`.startsWith(`${b.place}.`)).toBe(false)
  })

  test('each is known by its own name and can be switched off', () => {
    const event = {
      ...EVENT,
      context: { userAgent: 'curl/8', page: { url: 'https://a.example/?utm_source=x', referrer: '' } },
    }
    for (const [name, enrichment] of all) {
      expect(enrichment.name).toBe(name)
      const off = EnrichSettings.parse({ [name]: { enabled: false } })
      const found = enrichEvent(input(event, { country: 'DE' }), off).event
      for (const place of enrichment.writes)
        expect(said(found).some(([path]) => path.startsWith(`${place}.`))).toBe(false)
    }
  })

  test('the same event from another address, or at another rate, is no other event', () => {
    const sent = { ...EVENT, properties: { revenue: 10, currency: 'usd' } }
    const at = (rate: string) => EnrichSettings.parse({ currency: { base: 'EUR', rates: { USD: rate } } })
    const one = enrichEvent(input(sent, { country: 'DE' }), at('0.92')).event
    const other = enrichEvent(input(sent, { country: 'FR' }), at('0.93')).event
    expect([one.properties?.['revenue_base'], other.properties?.['revenue_base']]).toEqual([9.2, 9.3])
    expect(sameBody(one, other)).toBe(true)
    expect(sameBody(one, { ...other, properties: { ...other.properties, revenue: 11 } })).toBe(false)
  })
})

const EVENT: Event = {
  source: 'src_web',
  messageId: 'm1',
  type: 'track',
  name: 'Paid',
  userId: 'u',
  context: {} as JsonObject,
  timestamp: 1,
  receivedAt: 1,
  flags: [],
}
