import { createMessageBatch } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { consume } from '../../queues/index.ts'
import { WorkspaceSettings } from '../../shared/config/workspace-config.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { eventOfLine } from '../../shared/message/archived-event.ts'
import { NO_WORKSPACE } from '../../shared/message/dead-letter.ts'
import type { IngestMessage } from '../../shared/message/ingest-message.ts'
import { handleRequest } from '../../workers/handle-request.ts'
import { apiClient } from '../support/api-client.ts'
import { fakeEnv, WRITE_KEY } from '../support/fake-env.ts'
import {
  aMessage,
  aWorkspace,
  deliver,
  ledgerOf,
  locate,
  meterOf,
  type TestWorkspace,
  timelineOf,
} from '../support/workspace.ts'

const CHROME =
  'Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36'
const GOOGLE = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'
const CITY = {
  country: 'DE',
  asn: 3320,
  region: 'Land Berlin',
  regionCode: 'BE',
  timezone: 'Europe/Berlin',
  city: 'Berlin',
  postalCode: '10178',
  latitude: 52.5,
  longitude: 13.4,
}
const browser = { library: { name: 'analytics.js', version: '5' } }

let serial = 0
function aPage(context: JsonObject = {}, more: JsonObject = {}): JsonObject {
  serial += 1
  return { type: 'page', userId: 'u', messageId: `page-${serial}`, context: { ...browser, ...context }, ...more }
}

async function only(ws: TestWorkspace, items: readonly JsonObject[], overrides: Partial<IngestMessage> = {}) {
  await deliver([aMessage(ws, items, overrides)])
  return timelineOf(ws, String(await locate(ws, 'user_id', 'u')))
}

describe('the stage enrich', () => {
  test('says what a visit tells beside what the page wrote, and the archive gives the same event again', async () => {
    const ws = await aWorkspace()
    const page = {
      url: 'https://shop.example/?utm_source=news&utm_medium=email&gclid=g',
      referrer: 'https://www.google.com/',
    }
    const connection = { ip: '203.0.113.77', userAgent: CHROME, geo: CITY }
    const [event] = await only(ws, [aPage({ page })], connection)
    expect(event?.context).toEqual({
      ...browser,
      page,
      ip: '203.0.113.77',
      userAgent: CHROME,
      browser: { name: 'Chrome', version: '131.0.0.0' },
      os: { name: 'Android', version: '14' },
      device: { type: 'mobile', manufacturer: 'Samsung', model: 'SM-S918B' },
      location: { country: 'DE', region: 'Land Berlin', regionCode: 'BE' },
      timezone: 'Europe/Berlin',
      network: { asn: 3320 },
      campaign: { source: 'news', medium: 'email' },
      clickIds: { gclid: 'g' },
      referrer: { type: 'paid', name: 'Google' },
    })
    const [line] = [...(await ledgerOf(ws)).values()]
    const again = eventOfLine(line as JsonObject, WorkspaceSettings.parse({}))
    expect(again?.context).toEqual(event?.context)
    // The archive is stored for longer than a page is open: nothing finer than the setting is in it.
    expect(JSON.stringify(line)).not.toMatch(/10178|52\.5|"Berlin"/)
  })

  test('keeps no more of a connection than the workspace says, neither in an event nor in the archive', async () => {
    const strict = { geo: { precision: 'none' }, ip: 'drop' }
    const ws = await aWorkspace({ pipeline: { enrich: strict } })
    const sent = [
      aPage({ ip: '203.0.113.77' }),
      aPage({}, { request_ip: '203.0.113.77' }),
      { type: 'track', userId: 'u' },
    ]
    const events = await only(ws, sent, { ip: '203.0.113.77', geo: CITY, context: { ip: '203.0.113.77' } })
    expect(events).toHaveLength(2)
    expect(JSON.stringify(events)).not.toContain('location')
    expect(JSON.stringify([events, [...(await ledgerOf(ws)).values()]])).not.toMatch(/203\.0\.113|Berlin|"DE"/)

    const truncating = await aWorkspace({ pipeline: { enrich: { ip: 'truncate', geo: { precision: 'country' } } } })
    const [event] = await only(truncating, [aPage()], { ip: '203.0.113.77', geo: CITY })
    expect(event?.context).toMatchObject({ ip: '203.0.113.0', location: { country: 'DE' }, network: { asn: 3320 } })
    expect(event?.context).not.toHaveProperty('timezone')
  })

  test('keeps no more of it either where a queue gave a message up before anything looked at it', async () => {
    const ws = await aWorkspace({ pipeline: { enrich: { geo: { precision: 'country' }, ip: 'drop' } } })
    const given = aMessage(ws, [aPage({ ip: '203.0.113.77' })], { ip: '203.0.113.77', geo: CITY })
    const body = JSON.stringify(given)
    const messages = [{ id: 'given-up', timestamp: new Date(), attempts: 1, body }]
    await consume(createMessageBatch('tributary-dead-letters', messages), env)
    const letters = await env.DB.prepare('SELECT body FROM dead_letters WHERE workspace = ?').bind(ws.id).all()
    expect(letters.results).toHaveLength(1)
    const kept = JSON.stringify([letters.results, [...(await ledgerOf(ws)).values()]])
    expect(kept).not.toMatch(/203\.0\.113|Berlin/)
    expect(kept).toContain('3320')
  })

  test('a source may have it otherwise', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    const own = { enrich: { ip: 'drop', geo: { precision: 'city' }, userAgent: { enabled: false } } }
    expect((await api('PATCH', '/workspace', { pipeline: { sources: { [ws.source]: own } } })).status).toBe(200)
    const wrong = await api('PATCH', '/workspace', { pipeline: { enrich: { currency: { base: 'eur' } } } })
    expect([wrong.status, JSON.stringify(wrong.body)]).toEqual([
      400,
      expect.stringContaining('pipeline.enrich.currency.base'),
    ])
    const [event] = await only(ws, [aPage()], { ip: '203.0.113.77', userAgent: CHROME, geo: CITY })
    expect(event?.context).toMatchObject({ location: { city: 'Berlin', latitude: 52.5 } })
    expect(event?.context).not.toHaveProperty('ip')
    expect(event?.context).not.toHaveProperty('browser')
  })

  test('a customer’s server is nowhere: its own place is not the person’s', async () => {
    const ws = await aWorkspace()
    const node = { library: { name: '@segment/analytics-node' } }
    const [event] = await only(ws, [aPage(node)], { ip: '203.0.113.77', userAgent: 'node', geo: CITY })
    expect(event?.context).toEqual(node)
  })

  test('a bot is flagged and traced; where the workspace drops bots it reaches no profile, and the ledger says so', async () => {
    const flagging = await aWorkspace()
    const [event] = await only(flagging, [aPage({ userAgent: GOOGLE }, { messageId: 'by-a-bot' })])
    expect(event?.context).toMatchObject({ bot: { verdict: 'bot', name: 'Googlebot' } })
    const trace = await (await apiClient(flagging))('GET', '/events/by-a-bot/trace')
    expect(trace.body.steps).toContainEqual(
      expect.objectContaining({ step: 'enrich', outcome: 'bot', detail: { verdict: 'bot' } }),
    )

    const dropping = await aWorkspace({ pipeline: { enrich: { bot: { bots: 'drop' } } } })
    await deliver([aMessage(dropping, [aPage({ userAgent: GOOGLE }), aPage({ userAgent: CHROME })])])
    const lines = [...(await ledgerOf(dropping)).values()]
    expect(lines.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['dropped', 'bot'],
      ['applied', undefined],
    ])
    expect((await meterOf(dropping)).counts).toMatchObject({ applied: 1, 'dropped:bot': 1 })
  })

  test('a retry from another address is the same event; revenue counts in the currency of the workspace', async () => {
    const ws = await aWorkspace({ pipeline: { enrich: { currency: { base: 'EUR', rates: { USD: '0.92' } } } } })
    const order = {
      type: 'track',
      event: 'Paid',
      userId: 'u',
      messageId: 'o1',
      properties: { revenue: 10, currency: 'usd' },
      context: browser,
    }
    await deliver([aMessage(ws, [order], { ip: '203.0.113.77', geo: CITY })])
    const events = await only(ws, [order], { ip: '198.51.100.7', geo: { country: 'FR' } })
    expect(events.map(({ properties }) => properties)).toEqual([
      { revenue: 10, currency: 'USD', revenue_base: 9.2, base_currency: 'EUR' },
    ])
    const duplicate = [...(await ledgerOf(ws)).values()].find(({ outcome }) => outcome === 'duplicate')
    expect(duplicate).toBeDefined()
    expect(duplicate).not.toHaveProperty('conflict')
  })

  test('an event of a source that is gone is kept without the place of its connection', async () => {
    const nobody = { id: '-', source: 'src_deleted0' }
    await deliver([aMessage(nobody, [aPage()], { geo: CITY })])
    const lines = [...(await ledgerOf({ ...nobody, id: NO_WORKSPACE })).values()]
    expect(lines.filter(({ source }) => source === nobody.source)).toMatchObject([{ reason: 'source_disabled' }])
    expect(JSON.stringify(lines)).not.toContain('Berlin')
  })

  test('where the stage is left out, nothing is added and no place is kept', async () => {
    const ws = await aWorkspace({ pipeline: { stages: ['transform', 'plan', 'plugins'] } })
    const [event] = await only(ws, [aPage()], { ip: '203.0.113.77', userAgent: CHROME, geo: CITY })
    expect(event?.context).toEqual({ ...browser, ip: '203.0.113.77', userAgent: CHROME })
    const [line] = [...(await ledgerOf(ws)).values()]
    expect(JSON.stringify(line)).not.toContain('geo')
  })
})

describe('the edge', () => {
  const cf = {
    country: 'DE',
    region: 'Land "Berlin"',
    regionCode: 'BE',
    city: 'Berlin',
    latitude: '52.51',
    longitude: '13.40',
    timezone: 'Europe/Berlin',
    asn: 3320,
    colo: 'TXL',
  }
  async function stamped(pipeline: JsonObject | undefined, fake = fakeEnv(), headers: Record<string, string> = {}) {
    const [source] = fake.database.rows['sources'] ?? []
    if (source) source['pipeline'] = JSON.stringify(pipeline ?? {})
    const request = new Request('https://t.example/v1/track', {
      method: 'POST',
      headers: { 'X-Write-Key': WRITE_KEY, 'CF-Connecting-IP': '203.0.113.77', ...headers },
      body: JSON.stringify({ event: 'x', userId: 'u' }),
      cf: cf as unknown as CfProperties,
    })
    expect((await handleRequest(request, fake.env, {} as ExecutionContext)).status).toBe(200)
    return fake.messages()[0]
  }

  test('stamps where the connection came from, no finer than the workspace allows', async () => {
    const region = { country: 'DE', asn: 3320, region: 'Land "Berlin"', regionCode: 'BE', timezone: 'Europe/Berlin' }
    expect((await stamped(undefined))?.geo).toEqual(region)
    expect((await stamped({ enrich: { geo: { precision: 'city' } } }))?.geo).toMatchObject({
      ...region,
      city: 'Berlin',
      latitude: 52.5,
    })
    expect(await stamped({ enrich: { geo: { precision: 'none' }, ip: 'drop' } })).not.toHaveProperty('geo')
    expect(await stamped({ enrich: { geo: { enabled: false } } })).not.toHaveProperty('geo')
    const truncated = await stamped({ enrich: { ip: 'truncate', geo: { precision: 'country' } } })
    expect([truncated?.ip, truncated?.geo]).toEqual(['203.0.113.0', { country: 'DE', asn: 3320 }])
  })

  test('says no more than the country while it cannot read what the workspace allows', async () => {
    const fake = fakeEnv()
    fake.database.fault = new Error('D1 is down')
    expect((await stamped(undefined, fake))?.geo).toEqual({ country: 'DE', asn: 3320 })
  })
})

test('what an isolate remembers of user agents is bounded', async () => {
  const { rememberedAgent } = await import('../../queues/stage/enrich-copies.ts')
  const [first, long] = ['curl/0', `curl/${'1'.repeat(2_000)}`].map(rememberedAgent)
  expect(rememberedAgent('curl/0')).toBe(first)
  expect(rememberedAgent(`curl/${'1'.repeat(2_000)}`)).not.toBe(long)
  for (let i = 1; i <= 2_000; i++) rememberedAgent(`curl/${i}`)
  expect(rememberedAgent('curl/0')).not.toBe(first)
})
