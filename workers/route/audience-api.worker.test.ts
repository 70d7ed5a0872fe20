import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { consume } from '../../queues/index.ts'
import { SegmentDocument } from '../../shared/contract/segment-document.ts'
import { type Api, anApi } from '../../test/support/api.ts'
import { aMessage, aWorkspace, deliver, profileOf, settled, type TestWorkspace } from '../../test/support/workspace.ts'

/** What the operations that ask the audience shards answer, from events to the API. */
const PRO = { type: 'trait', path: 'plan', op: 'eq', value: 'pro' }
const BERLIN = { type: 'trait', path: 'address.city', op: 'eq', value: 'Berlin' }
const PEOPLE = 12

let [ws, other] = [] as unknown as [TestWorkspace, TestWorkspace]
let [mine, theirs] = [] as unknown as [Api, Api]
const called: string[] = []
const recording: Env = { ...env, JOBS: { send: async (text: string) => called.push(text) } as unknown as Queue }

beforeAll(async () => {
  ;[ws, other] = [await aWorkspace({ windowMs: 0 }, { pro: PRO, berlin: BERLIN }), await aWorkspace()]
  ;[mine, theirs] = [await anApi(ws.id, ['*'], recording), await anApi(other.id, ['*'], recording)]
  // Every second one is pro, every third one from Berlin.
  const people = Array.from({ length: PEOPLE }, (_, i) => ({
    type: 'identify',
    userId: `u${i}`,
    traits: {
      name: i === 0 ? 'Jörg Müller' : `Person ${i}`,
      email: `person${i}@example.com`,
      plan: i % 2 === 0 ? 'pro' : 'basic',
      address: { city: i % 3 === 0 ? 'Berlin' : 'Köln' },
    },
  }))
  await deliver([aMessage(ws, people)])
  await settled(ws)
  for (let tries = 0; tries < 100 && (await preview({ type: 'everyone' })).json.count !== PEOPLE; tries++) {
    await new Promise((resume) => setTimeout(resume, 50))
  }
})

const preview = (condition: unknown, sample = 5) => mine.call('POST', '/api/v1/segments/preview', { condition, sample })

/** Carries out what was called, as the queue would, until nothing is called any more. */
async function runCalled(): Promise<void> {
  for (let round = 0; round < 100; round++) {
    const body = called.shift()
    if (body === undefined) return
    const batch = createMessageBatch('tributary-jobs', [{ id: 'm', timestamp: new Date(), body, attempts: 1 }])
    await consume(batch, recording)
    await getQueueResult(batch, createExecutionContext())
    await new Promise((resume) => setTimeout(resume, 50))
  }
}

describe('a preview', () => {
  test('counts exactly what traits decide, and shows people', async () => {
    const { status, json } = await preview({ type: 'and', conditions: [PRO, BERLIN] }, 1)
    expect(status).toBe(200)
    expect(json).toMatchObject({ count: 2, exact: true, sentence: 'plan is "pro" and address.city is "Berlin"' })
    expect(json.interval).toBeUndefined()
    expect(json.sample).toHaveLength(1)
    expect(json.sample[0]).toMatchObject({
      traits: { plan: 'pro', address: { city: 'Berlin' } },
      identifiers: expect.any(Array),
    })
    expect((await preview(PRO, 0)).json).toMatchObject({ count: 6, sample: [] })
  })

  test('reads other segments, and in another workspace finds nobody', async () => {
    expect((await preview({ type: 'not', condition: { type: 'segment', key: 'pro' } })).json).toMatchObject({
      count: 6,
    })
    const elsewhere = await theirs.call('POST', '/api/v1/segments/preview', { condition: PRO })
    expect(elsewhere.json).toMatchObject({ count: 0, sample: [] })
  })
})

describe('the members of a segment', () => {
  test('come in pages, everybody once, as JSON and as CSV', async () => {
    const seen: string[] = []
    let cursor: string | null = ''
    for (let page = 0; cursor !== null && page < 10; page++) {
      const at: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const { json } = await mine.call('GET', `/api/v1/segments/pro/members?limit=4${at}`)
      expect(json.members.length).toBeLessThanOrEqual(4)
      seen.push(...json.members.map(({ id }: { id: string }) => id))
      cursor = json.cursor
    }
    expect([seen.length, new Set(seen).size]).toEqual([6, 6])
    expect(seen).toContain((await profileOf(ws, 'user_id', 'u0')).id)
    const csv = await mine.call('GET', '/api/v1/segments/pro/members?format=csv&limit=4')
    expect(csv.headers.get('Content-Type')).toContain('text/csv')
    expect(csv.text.split('\r\n')).toHaveLength(6)
    expect(
      csv.text
        .split('\r\n')
        .slice(1, 5)
        .map((line) => line.split(',')[0]),
    ).toEqual(seen.slice(0, 4))
    const rest = await mine.call(
      'GET',
      `/api/v1/segments/pro/members?format=csv&cursor=${encodeURIComponent(csv.headers.get('X-Next-Cursor') ?? '')}`,
    )
    expect(rest.text.split('\r\n')).toHaveLength(4)
    expect(rest.headers.get('X-Next-Cursor')).toBeNull()
  })
})

describe('an overlap', () => {
  test('has every combination', async () => {
    const { json } = await mine.call('POST', '/api/v1/segments/overlap', { keys: ['pro', 'berlin'] })
    const counts = Object.fromEntries(
      json.combinations.map(({ keys, count }: { keys: string[]; count: number }) => [keys.join('+'), count]),
    )
    expect(counts).toEqual({ pro: 6, berlin: 4, 'pro+berlin': 2 })
  })
})

describe('a search', () => {
  const found = async (query: string, api = mine) =>
    (await api.call('GET', `/api/v1/profiles${query}`)).json.profiles.map(
      (profile: { traits: { name: string } }) => profile.traits.name,
    )

  test('finds people by words, parts of identifiers, segments and traits, together', async () => {
    expect(await found('?q=jorg')).toEqual(['Jörg Müller'])
    expect(await found('?q=M%C3%9CLLER')).toEqual(['Jörg Müller'])
    expect(await found('?q=person3@example.com')).toEqual(['Person 3'])
    expect((await found('?segment=pro&trait.address.city=Berlin')).sort()).toEqual(['Jörg Müller', 'Person 6'])
    expect(await found('?q=person&trait.plan=basic&trait.address.city=Berlin')).toHaveLength(2)
    expect(await found('?q=nobody')).toEqual([])
    expect(await found('?q=person', theirs)).toEqual([])
  })

  test('comes in pages, everybody once', async () => {
    const first = await mine.call('GET', '/api/v1/profiles?limit=7')
    const second = await mine.call('GET', `/api/v1/profiles?limit=7&cursor=${encodeURIComponent(first.json.cursor)}`)
    const ids = [...first.json.profiles, ...second.json.profiles].map(({ id }: { id: string }) => id)
    expect([ids.length, new Set(ids).size, second.json.cursor]).toEqual([PEOPLE, PEOPLE, null])
  })
})

describe('a new segment', () => {
  test('is built for everybody who is known, and then ready with its count', async () => {
    called.length = 0
    const made = await mine.call('POST', '/api/v1/segments', {
      key: 'basic',
      name: 'Basic',
      condition: { ...PRO, value: 'basic' },
    })
    expect(made.json).toMatchObject({ state: 'building' })
    await runCalled()
    await expect
      .poll(async () => (await mine.call('GET', '/api/v1/segments/basic')).json, { timeout: 20_000 })
      .toMatchObject({ state: 'ready', progress: null, count: 6 })
    const { json } = await mine.call('GET', '/api/v1/segments/basic')
    expect(SegmentDocument.parse(json)).toEqual(json)
    const { json: profile } = await mine.call('GET', '/api/v1/profiles/user_id:u1')
    expect(profile.segments.map(({ key }: { key: string }) => key)).toContain('basic')
    const { json: jobs } = await mine.call('GET', '/api/v1/jobs?kind=build-segment&limit=1')
    expect(jobs.jobs).toMatchObject([{ state: 'done' }])
  })

  test('that changes lets go of whom it no longer means', async () => {
    called.length = 0
    await mine.call('PUT', '/api/v1/segments/basic', { condition: { ...PRO, value: 'nothing' } })
    await runCalled()
    await expect
      .poll(async () => (await mine.call('GET', '/api/v1/segments/basic')).json, { timeout: 20_000 })
      .toMatchObject({ state: 'ready', version: 2, count: 0 })
  })
})
