import RudderAnalytics from '@rudderstack/rudder-sdk-node'
import { Analytics } from '@segment/analytics-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EventPage, IdentityDocument, ProfileDocument } from '../../shared/profile/document.ts'
import { type LocalServer, startLocalServer } from '../support/local-server.ts'
import { type Reader, readerOf } from '../support/read-api.ts'

/** The real packages, unchanged, told only our host and write key, against a server started as a user starts it. */
let server: LocalServer
let reader: Reader

beforeAll(async () => {
  server = await startLocalServer()
  reader = readerOf(server)
}, 60_000)
afterAll(() => server?.stop())

describe('@segment/analytics-node', () => {
  test('identify, track, page, group and alias end in one profile, and pro_plan ENTER in its timeline', async () => {
    const analytics = new Analytics({ host: server.url, writeKey: server.writeKey, flushAt: 1 })
    const failures: unknown[] = []
    analytics.on('error', (failure) => failures.push(failure))
    const userId = 'sdk-user'
    analytics.page({ anonymousId: 'sdk-anon', name: 'Home', properties: { path: '/' } })
    analytics.identify({
      userId,
      anonymousId: 'sdk-anon',
      traits: { email: 'Zoe@Example.test', plan: 'pro', name: 'Zoë' },
    })
    analytics.track({ userId, event: 'Order Completed', properties: { total: 27.5 } })
    analytics.group({ userId, groupId: 'acme', traits: { name: 'Acme' } })
    analytics.alias({ userId, previousId: 'sdk-before' })
    await analytics.closeAndFlush()
    expect(failures).toEqual([])

    const complete = (profile: ProfileDocument) =>
      profile.eventCounts['$page'] === 1 &&
      profile.eventCounts['Order Completed'] === 1 &&
      profile.identifiers.length === 4
    const { value: profile, tookMs } = await reader.until(`/profiles/user_id:${userId}`, complete)
    console.log(`readable after ${tookMs.toFixed(0)} ms`)
    expect(profile.traits).toEqual({ email: 'Zoe@Example.test', plan: 'pro', name: 'Zoë' })
    expect(profile.identifiers.map(({ type, value }) => `${type}:${value}`).sort()).toEqual([
      'anonymous_id:sdk-anon',
      'anonymous_id:sdk-before',
      'email:Zoe@Example.test',
      'user_id:sdk-user',
    ])

    const entered = (page: EventPage) => page.events.some((event) => event.name === 'pro_plan ENTER')
    const { value: timeline, tookMs: enteredMs } = await reader.until(`/profiles/user_id:${userId}/events`, entered)
    console.log(`pro_plan ENTER ${(tookMs + enteredMs).toFixed(0)} ms after the flush`)
    expect(timeline.events.map((event) => event.type).sort()).toEqual([
      'alias',
      'group',
      'identify',
      'page',
      'track',
      'track',
    ])
    const again = await reader.read<ProfileDocument>(`/profiles/email:${encodeURIComponent('zoe@example.test')}`)
    expect(again?.segments.map((segment) => segment.key)).toEqual(['pro_plan'])
    const identity = await reader.read<IdentityDocument>(`/profiles/${profile.id}/identity`)
    expect(identity?.links.map((link) => link.cause.kind).sort()).toEqual(['alias', 'message', 'message'])
  })
})

describe('@rudderstack/rudder-sdk-node', () => {
  const ids = ({ identifiers }: ProfileDocument) => identifiers.map(({ type, value }) => `${type}:${value}`).sort()

  test.each([
    ['as it comes: gzip, and a content type that says form', 'rudder-gzip', true],
    ['without gzip', 'rudder-plain', false],
  ])('%s, all six calls end in one profile', async (_, userId, gzip) => {
    const analytics = new RudderAnalytics(server.writeKey, {
      dataPlaneUrl: server.url,
      flushAt: 3,
      gzip,
      logLevel: 'silly',
    })
    const anonymousId = `${userId}-anon`
    analytics.identify({ userId, anonymousId, traits: { email: `${userId}@example.test`, plan: 'pro' } })
    analytics.track({ userId, event: 'Order Completed', properties: { total: 27.5 } })
    analytics.page({ userId, name: 'Home', properties: { path: '/' } })
    analytics.screen({ userId, name: 'Start' })
    analytics.group({ userId, groupId: 'acme', traits: { name: 'Acme' } })
    analytics.alias({ userId, previousId: `${userId}-before` })
    const imported = new Date('2024-03-10T08:30:00.123Z')
    analytics.track({ userId, event: 'Imported', timestamp: imported })
    await analytics.flush()

    const counts = { $page: 1, $screen: 1, Imported: 1, 'Order Completed': 1 }
    const complete = (profile: ProfileDocument) =>
      Object.entries(counts).every(([name, n]) => profile.eventCounts[name] === n) && profile.identifiers.length === 4
    const { value: profile } = await reader.until(`/profiles/user_id:${userId}`, complete)
    expect(profile.eventCounts).toEqual(counts)
    expect(profile.traits).toEqual({ email: `${userId}@example.test`, plan: 'pro' })
    expect(ids(profile)).toEqual([
      `anonymous_id:${anonymousId}`,
      `anonymous_id:${userId}-before`,
      `email:${userId}@example.test`,
      `user_id:${userId}`,
    ])
    const page = await reader.read<EventPage>(`/profiles/user_id:${userId}/events?name=Imported`)
    expect(page?.events.map(({ timestamp }) => timestamp)).toEqual([imported.toISOString()])
  })
})

describe('plain HTTP', () => {
  const json = { 'Content-Type': 'application/json' }

  test("a legacy client's batch: the key in the body alone, a time of the batch that is nobody's time", async () => {
    const at = new Date(Date.now() - 60_000).toISOString()
    const sentAt = new Date().toISOString()
    const item = { type: 'track', event: 'Legacy', userId: 'legacy', timestamp: at, messageId: 'node-md5-uuid' }
    const body = { batch: [item, item], sentAt, timestamp: '2001-01-01T00:00:00Z', writeKey: server.writeKey }
    const reply = await fetch(`${server.url}/v1/import/`, { method: 'POST', headers: json, body: JSON.stringify(body) })
    expect([reply.status, await reply.text()]).toEqual([200, '{"success":true}'])
    const counted = (profile: ProfileDocument) => profile.eventCounts['Legacy'] === 1
    await reader.until('/profiles/user_id:legacy', counted)
    const { events } = (await reader.read<EventPage>('/profiles/user_id:legacy/events')) as EventPage
    expect(events.length).toBe(1)
    expect(Math.abs(Date.parse(events[0]?.timestamp ?? '') - Date.parse(at))).toBeLessThan(5_000)
  })

  test('a pixel, a device and the settings of both families', async () => {
    const data = Buffer.from(JSON.stringify({ writeKey: server.writeKey, userId: 'pixel', event: 'Seen' }))
    const image = await fetch(`${server.url}/v1/pixel/track?data=${data.toString('base64url')}`)
    expect([image.status, image.headers.get('Content-Type')]).toEqual([200, 'image/gif'])
    const authorization = `Basic ${btoa(`${server.writeKey}:`)}`
    const device = await fetch(`${server.url}/v1/devices`, {
      method: 'POST',
      headers: { ...json, authorization },
      body: JSON.stringify({ userId: 'pixel', device: { id: 'phone-1', type: 'ios', token: 'token-1' } }),
    })
    expect([device.status, await device.json()]).toEqual([202, { accepted: 1, rejected: [] }])
    const complete = (profile: ProfileDocument) => profile.eventCounts['Seen'] === 1 && profile.identifiers.length === 3
    const { value: profile } = await reader.until('/profiles/device_id:phone-1', complete)
    expect(profile.identifiers.map(({ type, value }) => `${type}:${value}`)).toContain('push_token:token-1')
    expect((await reader.read<ProfileDocument>('/profiles/push_token:token-1'))?.id).toBe(profile.id)

    const settings = await fetch(`${server.url}/v1/projects/${server.writeKey}/settings`)
    const { integrations } = (await settings.json()) as { integrations: Record<string, { apiHost: string }> }
    expect(integrations['Segment.io']?.apiHost).toBe(`${new URL(server.url).host}/v1`)
    const config = await fetch(`${server.url}/sourceConfig`, { headers: { authorization } })
    expect(((await config.json()) as { source: { enabled: boolean } }).source.enabled).toBe(true)
  })
})
