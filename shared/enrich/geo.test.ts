import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { geoOfPerson, trimBody, trimEnvelope } from './connection.ts'
import { GEO_PRECISIONS, Geo, trimGeo } from './geo.ts'
import { keptIp, truncatedIp } from './ip-address.ts'

/** As Cloudflare's `request.cf` has it. */
const CF = {
  colo: 'TXL',
  country: 'DE',
  region: 'Land Berlin',
  regionCode: 'BE',
  city: 'Berlin',
  postalCode: '10178',
  latitude: '52.51963',
  longitude: '13.40692',
  timezone: 'Europe/Berlin',
  asn: 3320,
  asOrganization: 'Deutsche Telekom AG',
}

describe('the place of a connection', () => {
  test('is as fine as the workspace allows', () => {
    const region = { country: 'DE', asn: 3320, region: 'Land Berlin', regionCode: 'BE', timezone: 'Europe/Berlin' }
    expect(trimGeo(CF, 'none')).toBeUndefined()
    expect(trimGeo(CF, 'country')).toEqual({ country: 'DE', asn: 3320 })
    expect(trimGeo(CF, 'region')).toEqual(region)
    const city = { ...region, city: 'Berlin', postalCode: '10178', latitude: 52.5, longitude: 13.4 }
    expect(trimGeo(CF, 'city')).toEqual(city)
  })

  test.each([
    undefined,
    {},
    { country: 'XX' },
    { country: 'T1' },
    { country: 'de' },
    { city: 'Berlin' },
    { country: 7 },
  ])('is unknown without a country: %o', (facts) => expect(trimGeo(facts, 'city')).toBeUndefined())

  test('nothing finer than the precision is left, and trimming again changes nothing', () => {
    const odd = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.constantFrom(null, -0, '91', '-0.04', 'x'.repeat(300)),
    )
    const facts = fc.record(
      { ...Object.fromEntries(Object.keys(CF).map((key) => [key, odd])), country: fc.constantFrom('DE', 'US') },
      { requiredKeys: ['country'] },
    )
    fc.assert(
      fc.property(
        facts,
        fc.constantFrom(...GEO_PRECISIONS),
        fc.constantFrom(...GEO_PRECISIONS),
        (found, wide, narrow) => {
          const first = trimGeo(found, wide)
          const fine = [first, trimGeo(first, narrow)] as const
          for (const geo of fine) {
            expect(Geo.optional().safeParse(geo).success).toBe(true)
            expect(geo).toEqual(geo && JSON.parse(JSON.stringify(geo)))
          }
          const coarser = GEO_PRECISIONS.indexOf(wide) < GEO_PRECISIONS.indexOf(narrow) ? wide : narrow
          expect(fine[1]).toEqual(trimGeo(found, coarser))
        },
      ),
    )
  })
})

describe('an address', () => {
  test.each([
    ['203.0.113.77', '203.0.113.0'],
    ['2001:db8:1:2::9', '2001:db8:1::'],
    ['2001:0db8:0001:0002:0003:0004:0005:0006', '2001:db8:1::'],
    ['2001:db8::1', '2001:db8::'],
    ['::1', '::'],
    ['::ffff:203.0.113.77', '203.0.113.0'],
    ['fe80::', 'fe80::'],
    ['not an address', undefined],
    ['1:2:3', undefined],
    ['1::2::3', undefined],
    ['1:2:3:4:5:6:7:8:9', undefined],
    ['', undefined],
  ])('%s is truncated to %s, and no further', (ip, truncated) => {
    expect(truncatedIp(ip)).toBe(truncated)
    if (truncated !== undefined) expect(truncatedIp(truncated)).toBe(truncated)
  })

  test('is kept by the rule of the workspace', () => {
    expect(['keep', 'truncate', 'drop'].map((rule) => keptIp('192.0.2.9', rule as 'keep'))).toEqual([
      '192.0.2.9',
      '192.0.2.0',
      undefined,
    ])
  })

  test('that a sender wrote into its message is trimmed as well, wherever SDKs put it', () => {
    const body = { request_ip: '192.0.2.9', context: { ip: '192.0.2.9', locale: 'de' }, userId: 'u' }
    expect(trimBody(body, 'keep')).toBe(body)
    expect(trimBody(body, 'truncate')).toEqual({
      request_ip: '192.0.2.0',
      context: { ip: '192.0.2.0', locale: 'de' },
      userId: 'u',
    })
    expect(trimBody(body, 'drop')).toEqual({ request_ip: null, context: { ip: null, locale: 'de' }, userId: 'u' })
    expect(trimBody({ context: { ip: ['x'] } }, 'truncate')).toEqual({ context: { ip: null } })
    for (const odd of [null, 'x', 7, [], { context: 'x' }, { context: null }]) expect(trimBody(odd, 'drop')).toBe(odd)
  })
})

describe('an envelope', () => {
  const geo = trimGeo(CF, 'city') as Geo
  const envelope = { source: 'src_1', ip: '192.0.2.9', geo, context: { ip: '198.51.100.7', a: 1 } }

  test('is the same one when everything may be kept', () => {
    expect(trimEnvelope(envelope, { geo: 'city', ip: 'keep' })).toBe(envelope)
    const plain = { source: 'src_1', ip: '192.0.2.9' }
    expect(trimEnvelope(plain, { geo: 'none', ip: 'keep' })).toBe(plain)
  })

  test('has nothing that may not be kept', () => {
    expect(trimEnvelope(envelope, { geo: 'country', ip: 'truncate' })).toEqual({
      source: 'src_1',
      ip: '192.0.2.0',
      geo: { country: 'DE', asn: 3320 },
      context: { ip: '198.51.100.0', a: 1 },
    })
    const none = trimEnvelope(envelope, { geo: 'none', ip: 'drop' })
    expect(none).toEqual({ source: 'src_1', context: { ip: null, a: 1 } })
  })
})

describe('the place is the person’s', () => {
  const geo: Geo = { country: 'DE' }
  const browser = { library: { name: 'analytics.js' } }

  test('when the connection was: its address is the one that the event has', () => {
    expect(geoOfPerson({ ip: '192.0.2.9', geo }, {}, { ...browser, ip: '192.0.2.9' })).toBe(geo)
  })

  test('not when a relay says that somebody else is meant', () => {
    expect(geoOfPerson({ ip: '192.0.2.9', geo }, {}, { ...browser, ip: '198.51.100.7' })).toBeUndefined()
    expect(geoOfPerson({ geo }, {}, { ...browser, ip: null })).toBeUndefined()
  })

  test('not when a server sends, which has no address of the person', () => {
    expect(geoOfPerson({ ip: '192.0.2.9', geo }, {}, { library: { name: '@segment/analytics-node' } })).toBeUndefined()
    expect(geoOfPerson({ geo }, {}, { library: { name: '@segment/analytics-node' } })).toBeUndefined()
  })

  test('where addresses are dropped, by what the sender is', () => {
    expect(geoOfPerson({ geo }, {}, browser)).toBe(geo)
    expect(geoOfPerson({ geo }, { channel: 'web' }, {})).toBe(geo)
    expect(geoOfPerson({ ip: '192.0.2.9' }, {}, { ...browser, ip: '192.0.2.9' })).toBeUndefined()
  })
})
