import { createExecutionContext, runDurableObjectAlarm } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { mintWriteKey } from '../../platform/hashing.ts'
import { profileStub } from '../../platform/stubs.ts'
import { ConsentHistoryPage, ConsentsDocument } from '../../shared/consent/document.ts'
import type { CanonicalId } from '../../shared/kernel/id.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { type Api, anApi } from '../../test/support/api.ts'
import { anEdge } from '../../test/support/edge.ts'
import {
  aMessage,
  aWorkspace,
  deliver,
  ledgerOf,
  meterOf,
  profileOf,
  settled,
  type TestWorkspace,
  timelineOf,
} from '../../test/support/workspace.ts'
import { handleRequest } from '../handle-request.ts'

let ws: TestWorkspace
let api: Api
let rival: Api
let edge: ReturnType<typeof anEdge>
let person = 0
let ref = ''

beforeAll(async () => {
  ws = await aWorkspace({ windowMs: 0 }, { fans: { type: 'consent', channel: 'email', status: 'granted' } })
})

beforeEach(async () => {
  edge = anEdge()
  ;[api, rival] = [await anApi(ws.id, ['*'], edge.env), await anApi((await aWorkspace()).id, ['*'], edge.env)]
  person += 1
  ref = `user_id:u${person}`
  await deliver([aMessage(ws, [{ type: 'identify', userId: `u${person}`, anonymousId: `a${person}` }])])
})

const consents = (path = '') => api.call('GET', `/api/v1/profiles/${ref}/consents${path}`)
const put = (body: unknown, headers = {}) => api.call('PUT', `/api/v1/profiles/${ref}/consents`, body, headers)
const track = (fields: JsonObject) => deliver([aMessage(ws, [{ type: 'track', userId: `u${person}`, ...fields }])])
const names = async () =>
  (await consents('/history')).json.history.map((one: { name: string; status: string }) => `${one.name} ${one.status}`)

describe('a consent that is set', () => {
  test('can be read at once: in the ledger, in its history, in the profile', async () => {
    const proof = { form: 'newsletter', ip: '203.0.113.7' }
    const set = await put({ email: { status: 'granted', source: 'form', proof, at: '2026-01-02T03:04:05Z' } })
    expect(set.status).toBe(200)
    const email = { status: 'granted', at: '2026-01-02T03:04:05.000Z', source: 'form' }
    expect(set.json).toEqual({ email: { ...email, proof, messageId: expect.any(String) } })
    expect(ConsentsDocument.parse((await consents()).json)).toEqual(set.json)
    const history = ConsentHistoryPage.parse((await consents('/history')).json)
    expect(history).toEqual({ history: [{ name: 'email', channel: 'email', ...set.json.email }], cursor: null })
    expect((await api.call('GET', `/api/v1/profiles/${ref}`)).json.consents).toEqual({ email })
  })

  test('is an event: archived, counted and told once, though it was applied before it was delivered', async () => {
    await put({ email: { status: 'granted' }, marketing: { status: 'denied', source: 'call' } })
    expect(await edge.deliver()).toMatchObject({ retried: [] })
    const profile = await profileOf(ws, 'user_id', `u${person}`)
    expect(profile.eventCounts).toEqual({ 'Consent Updated': 1 })
    const event = (await timelineOf(ws, profile.id)).find(({ name }) => name === 'Consent Updated')
    expect(event).toMatchObject({ source: `api@${ws.id}` })
    const line = [...(await ledgerOf(ws)).values()].find((one) => one['messageId'] === event?.messageId)
    // Stamped on the event, in the archive and for whoever hears of it.
    const stamp = { consents: { email: 'granted', marketing: 'denied' } }
    expect(line).toMatchObject(stamp)
    expect(edge.told().find(({ kind }) => kind === 'event')).toMatchObject(stamp)
    expect(line).toMatchObject({ outcome: 'applied', canonicalId: profile.id, item: { profile: profile.id } })
    const [told, ...more] = edge.told().filter(({ kind }) => kind === 'consent')
    expect(more).toEqual([])
    expect(told).toMatchObject({
      profile: profile.id,
      consents: { email: { status: 'granted', source: 'api' }, marketing: { status: 'denied', source: 'call' } },
    })
  })

  test('delivered twice is told under one key', async () => {
    await put({ email: { status: 'granted' } })
    const [message] = edge.accepted()
    if (!message) throw new Error('nothing was accepted')
    await deliver([message], 1, edge.env)
    await deliver([message], 2, edge.env)
    const keys = edge.told().flatMap((effect) => (effect.kind === 'consent' ? [effect.key] : []))
    expect([keys.length, new Set(keys).size]).toEqual([2, 1])
    expect((await meterOf(ws)).counts['dead_letter'] ?? 0).toBe(0)
  })

  test('earlier than what is known changes the history and not what stands', async () => {
    await put({ email: { status: 'withdrawn', at: '2026-02-01T00:00:00Z' } })
    const { json } = await put({ email: { status: 'granted', at: '2026-01-01T00:00:00Z' } })
    expect(json.email).toMatchObject({ status: 'withdrawn', at: '2026-02-01T00:00:00.000Z' })
    expect(await names()).toEqual(['email withdrawn', 'email granted'])
  })

  test('leaves alone what it does not name', async () => {
    await put({ email: { status: 'granted' }, sms: { status: 'denied' } })
    const { json } = await put({ email: { status: 'withdrawn' } })
    expect([json.email.status, json.sms.status]).toEqual(['withdrawn', 'denied'])
  })

  test('again with the same time or the same key is the same consent', async () => {
    const dated = { email: { status: 'granted', at: '2026-01-01T00:00:00Z' } }
    expect((await put(dated)).json).toEqual((await put(dated)).json)
    const key = { 'Idempotency-Key': 'k1' }
    expect((await put({ sms: { status: 'granted' } }, key)).json).toEqual(
      (await put({ sms: { status: 'granted' } }, key)).json,
    )
    expect(await names()).toEqual(['sms granted', 'email granted'])
    await edge.deliver()
    expect((await profileOf(ws, 'user_id', `u${person}`)).eventCounts).toEqual({ 'Consent Updated': 2 })
  })

  test.each<[string, unknown, number, string]>([
    ['nothing at all', {}, 400, ''],
    ['a list', [], 400, ''],
    ['no status', { email: {} }, 400, 'email.status'],
    ['a status that is none', { email: { status: 'maybe' } }, 400, 'email.status'],
    ['a field that is none', { email: { status: 'granted', form: 'x' } }, 400, 'email.form'],
    ['a time that is none', { email: { status: 'granted', at: 'soon' } }, 400, 'email.at'],
    ['a proof without end', { email: { status: 'granted', proof: 'x'.repeat(3_000) } }, 400, 'email.proof'],
    ['the future', { email: { status: 'granted', at: '2999-01-01T00:00:00Z' } }, 422, 'email.at'],
    ['an end before the beginning', { email: { status: 'granted', expiresAt: '2001-01-01' } }, 422, 'email.expiresAt'],
    ['one name twice', { email: { status: 'granted' }, 'channel:email': { status: 'denied' } }, 422, 'channel:email'],
  ])('is refused when it is %s, naming the field', async (_, body, status, path) => {
    const { json, ...answer } = await put(body)
    expect([answer.status, json.errors?.map((error: { path: string }) => error.path) ?? []]).toEqual([
      status,
      expect.arrayContaining(path === '' ? [] : [path]),
    ])
    expect((await consents()).json).toEqual({})
  })

  test('of nobody, or of somebody of another workspace, is 404 and leaves nothing behind', async () => {
    const { id } = await profileOf(ws, 'user_id', `u${person}`)
    for (const [caller, who] of [
      [api, 'user_id:nobody'],
      [api, 'nonsense'],
      [rival, ref],
      [rival, id],
    ] as const) {
      const path = `/api/v1/profiles/${who}/consents`
      expect((await caller.call('PUT', path, { email: { status: 'granted' } })).status).toBe(404)
      expect((await caller.call('GET', path)).status).toBe(404)
      expect((await caller.call('GET', `${path}/history`)).status).toBe(404)
    }
    expect([edge.accepted(), (await consents()).json]).toEqual([[], {}])
  })

  test('while nothing durable can be written is 503, and nothing was done', async () => {
    edge.events.fault = new Error('the queue is down')
    const broken = { ...edge.env, LAKE: { put: () => Promise.reject(new Error('R2 is down')) } as never }
    const caller = await anApi(ws.id, ['*'], broken)
    const answer = await caller.call('PUT', `/api/v1/profiles/${ref}/consents`, { email: { status: 'granted' } })
    expect([answer.status, (await consents()).json]).toEqual([503, {}])
  })

  test('stands in the audit log', async () => {
    await put({ email: { status: 'granted', proof: 'a tick at 203.0.113.7' } })
    const row = await edge.env.DB.prepare(
      "SELECT * FROM audit WHERE workspace = ? AND act = 'setConsents' ORDER BY at DESC",
    )
      .bind(ws.id)
      .first()
    expect(row).toMatchObject({ actor: api.tokenId, detail: expect.stringContaining('"email":"granted"') })
    expect(row?.['detail']).not.toContain('203.0.113.7')
  })
})

describe('the history', () => {
  test('comes page by page, newest first, each change once, and of one name when asked', async () => {
    for (let n = 1; n <= 5; n++) {
      const status = n % 2 ? 'granted' : 'withdrawn'
      await put({ email: { status, at: `2026-01-0${n}T00:00:00Z` }, ads: { status, at: `2026-01-0${n}T00:00:00Z` } })
    }
    const seen: string[] = []
    for (let query = '?limit=3', pages = 0; pages < 9; pages++) {
      const { json } = await consents(`/history${query}`)
      seen.push(...json.history.map((one: { at: string; name: string }) => `${one.at.slice(8, 10)} ${one.name}`))
      if (json.cursor === null) break
      query = `?limit=3&cursor=${encodeURIComponent(json.cursor)}`
    }
    expect(seen).toEqual(['05', '04', '03', '02', '01'].flatMap((day) => [`${day} email`, `${day} ads`]))
    expect((await consents('/history?name=ads')).json.history).toHaveLength(5)
    expect((await consents('/history?name=nothing')).json.history).toEqual([])
  })
})

describe('consent by other ways', () => {
  test('a provider that says Unsubscribed withdraws the channel, Resubscribed gives it back', async () => {
    await track({ event: 'Unsubscribed', properties: { channel: 'sms', provider: 'twilio' }, timestamp: '2026-01-01' })
    expect((await consents()).json.sms).toMatchObject({ status: 'withdrawn', source: 'twilio' })
    await track({ event: 'Resubscribed', properties: { channel: 'sms', provider: 'twilio' }, timestamp: '2026-01-02' })
    expect((await consents()).json.sms).toMatchObject({ status: 'granted' })
  })

  test('a browser with Global Privacy Control denies the sale of its data by any event, through the real edge', async () => {
    const body = JSON.stringify({ userId: `u${person}`, event: 'x', channel: 'web' })
    const headers = { Authorization: `Bearer ${mintWriteKey(edge.env.WRITE_KEY_SECRET, ws.source)}`, 'Sec-GPC': '1' }
    const request = new Request('https://t.example/v1/track', { method: 'POST', headers, body })
    expect((await handleRequest(request, edge.env, createExecutionContext())).status).toBe(200)
    await edge.deliver()
    expect((await consents()).json).toMatchObject({ sale_or_sharing: { status: 'denied', source: 'gpc' } })
  })

  test('a trait is a consent where the workspace says so', async () => {
    const own = await aWorkspace({ consent: { traits: { newsletter: 'email' } } })
    await deliver([aMessage(own, [{ type: 'identify', userId: 'x', traits: { newsletter: true, sms: true } }])])
    expect((await profileOf(own, 'user_id', 'x')).consents).toMatchObject({ email: { status: 'granted' } })
  })

  test("Segment's banner on every page is one change, not one for each page", async () => {
    const page = (day: number, ads: boolean) =>
      track({ event: 'x', timestamp: `2026-01-0${day}`, context: { consent: { categoryPreferences: { ads } } } })
    for (const day of [1, 2, 3]) await page(day, true)
    await page(4, false)
    expect(await names()).toEqual(['ads denied', 'ads granted'])
  })
})

describe('a merge', () => {
  test('joins two ledgers, and its undoing gives both back', async () => {
    const [left, right] = [`user_id:left${person}`, `user_id:right${person}`]
    const identify = (userId: string) => deliver([aMessage(ws, [{ type: 'identify', userId }])])
    await identify(left.slice(8))
    await identify(right.slice(8))
    const set = (who: string, body: unknown) => api.call('PUT', `/api/v1/profiles/${who}/consents`, body)
    await set(left, { email: { status: 'granted', at: '2026-01-01' }, ads: { status: 'granted', at: '2026-01-05' } })
    await set(right, { email: { status: 'withdrawn', at: '2026-01-02' }, sms: { status: 'granted', at: '2026-01-01' } })
    const before = await Promise.all(
      [left, right].map(async (who) => (await api.call('GET', `/api/v1/profiles/${who}/consents`)).json),
    )
    expect((await api.call('POST', `/api/v1/profiles/${left}/merge`, { with: right })).status).toBe(200)
    await settled(ws)
    const joined = (await api.call('GET', `/api/v1/profiles/${left}/consents`)).json
    expect(Object.entries(joined).map(([name, one]) => `${name} ${(one as { status: string }).status}`)).toEqual([
      'ads granted',
      'email withdrawn',
      'sms granted',
    ])
    // Delivered after the merge, what was set before it stays with its own half.
    await edge.deliver()
    // Said of the one person by the other's name: it goes with that name.
    await set(right, { push: { status: 'granted', at: '2026-01-03' } })
    const { merges } = (await api.call('GET', `/api/v1/profiles/${left}/identity`)).json
    const undone = await api.call('POST', `/api/v1/profiles/${left}/unmerge`, { mergeId: merges[0].mergeId })
    expect(undone.status).toBe(200)
    const after = await Promise.all(
      [left, right].map(async (who) => (await api.call('GET', `/api/v1/profiles/${who}/consents`)).json),
    )
    expect(after[0]).toEqual(before[0])
    expect(after[1]).toMatchObject({ ...before[1], push: { status: 'granted' } })
  })
})

describe('a segment on consent', () => {
  test('is counted by the audience shards, by channel and by purpose, as the profile says it', async () => {
    const own = await aWorkspace()
    const mine = await anApi(own.id, ['*'], edge.env)
    await deliver([
      aMessage(own, [
        { type: 'identify', userId: 'x' },
        { type: 'identify', userId: 'y' },
      ]),
    ])
    await mine.call('PUT', '/api/v1/profiles/user_id:x/consents', {
      email: { status: 'granted' },
      ads: { status: 'denied' },
    })
    await edge.deliver()
    const count = async (fields: object) => {
      const { json } = await mine.call('POST', '/api/v1/segments/preview', {
        condition: { type: 'consent', ...fields },
      })
      return [json.count, json.exact]
    }
    expect(await count({ channel: 'email', status: 'granted' })).toEqual([1, true])
    expect(await count({ purpose: 'ads', status: 'denied' })).toEqual([1, true])
    expect(await count({ channel: 'email', status: 'unset' })).toEqual([1, true])
    expect(await count({ channel: 'sms', status: 'granted' })).toEqual([0, true])
  })

  test('is entered with the consent and left with its withdrawal, at the time of each', async () => {
    await put({ email: { status: 'granted', at: '2026-01-01T00:00:00Z' } })
    await put({ email: { status: 'withdrawn', at: '2026-01-02T00:00:00Z' } })
    const { id } = await profileOf(ws, 'user_id', `u${person}`)
    const changes = (await timelineOf(ws, id)).filter(({ source }) => source === 'tributary')
    expect(changes.map(({ name, timestamp }) => `${name} ${timestamp}`)).toEqual([
      'fans EXIT 2026-01-02T00:00:00.000Z',
      'fans ENTER 2026-01-01T00:00:00.000Z',
    ])
  })

  test('is left when the consent expires, by time alone', async () => {
    const soon = Date.now() + 400
    await put({ email: { status: 'granted', expiresAt: new Date(soon).toISOString() } })
    const { id, segments } = await profileOf(ws, 'user_id', `u${person}`)
    expect(segments.map(({ key }) => key)).toEqual(['fans'])
    await new Promise((resume) => setTimeout(resume, soon - Date.now() + 20))
    await runDurableObjectAlarm(profileStub(edge.env, ws.id, id as CanonicalId))
    expect((await profileOf(ws, 'user_id', `u${person}`)).segments).toEqual([])
  })
})
