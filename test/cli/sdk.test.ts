import { Analytics } from '@segment/analytics-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EventPage, IdentityDocument, ProfileDocument } from '../../shared/profile/document.ts'
import { type LocalServer, startLocalServer } from '../support/local-server.ts'

/** The real package, unchanged, with only `host` and `writeKey` set, against a server started as a user starts it. */
let server: LocalServer

beforeAll(async () => {
  server = await startLocalServer()
}, 60_000)
afterAll(() => server?.stop())

async function read<T>(path: string): Promise<T | undefined> {
  const reply = await fetch(`${server.url}/api/v1${path}`, { headers: { Authorization: `Bearer ${server.apiToken}` } })
  if (reply.status === 404) return undefined
  expect(reply.status).toBe(200)
  return (await reply.json()) as T
}

/** Polls until a reading satisfies; answers it and how long it took, in ms. */
async function until<T>(
  path: string,
  satisfied: (value: T) => boolean,
  patienceMs = 10_000,
): Promise<{ value: T; tookMs: number }> {
  const began = performance.now()
  for (;;) {
    const value = await read<T>(path)
    const tookMs = performance.now() - began
    if (value !== undefined && satisfied(value)) return { value, tookMs }
    if (tookMs > patienceMs) throw new Error(`${path} did not come about: ${JSON.stringify(value)}`)
    await new Promise((resume) => setTimeout(resume, 20))
  }
}

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
    const { value: profile, tookMs } = await until(`/profiles/user_id:${userId}`, complete)
    console.log(`readable after ${tookMs.toFixed(0)} ms`)
    expect(profile.traits).toEqual({ email: 'Zoe@Example.test', plan: 'pro', name: 'Zoë' })
    expect(profile.identifiers.map(({ type, value }) => `${type}:${value}`).sort()).toEqual([
      'anonymous_id:sdk-anon',
      'anonymous_id:sdk-before',
      'email:Zoe@Example.test',
      'user_id:sdk-user',
    ])

    const entered = (page: EventPage) => page.events.some((event) => event.name === 'pro_plan ENTER')
    const { value: timeline, tookMs: enteredMs } = await until(`/profiles/user_id:${userId}/events`, entered)
    console.log(`pro_plan ENTER ${(tookMs + enteredMs).toFixed(0)} ms after the flush`)
    expect(timeline.events.map((event) => event.type).sort()).toEqual([
      'alias',
      'group',
      'identify',
      'page',
      'track',
      'track',
    ])
    const again = await read<ProfileDocument>(`/profiles/email:${encodeURIComponent('zoe@example.test')}`)
    expect(again?.segments.map((segment) => segment.key)).toEqual(['pro_plan'])
    const identity = await read<IdentityDocument>(`/profiles/${profile.id}/identity`)
    expect(identity?.links.map((link) => link.cause.kind).sort()).toEqual(['alias', 'message', 'message'])
  })
})
