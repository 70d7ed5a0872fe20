import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { hashToken } from '../../platform/hashing.ts'
import { listDeadLetters } from '../../shared/contract/list-dead-letters.ts'
import { EventPage, IdentityDocument, ProfileDocument } from '../../shared/profile/document.ts'
import { aMessage, aWorkspace, deliver, profileOf, type TestWorkspace } from '../../test/support/workspace.ts'
import { handleRequest } from '../handle-request.ts'

let acme: TestWorkspace
let acmeToken: string
let rival: string

async function tokenOf({ id }: TestWorkspace): Promise<string> {
  const token = `tk_${crypto.randomUUID()}`
  await env.DB.prepare(
    "INSERT INTO tokens (hash, id, workspace, name, scopes, created_at) VALUES (?, ?, ?, 't', '[\"*\"]', 0)",
  )
    .bind(hashToken(token), token.slice(3), id)
    .run()
  return token
}

async function get(path: string, token = acmeToken, environment: Env = env) {
  const request = new Request(`https://t.example${path}`, { headers: { Authorization: `Bearer ${token}` } })
  const response = await handleRequest(request, environment, createExecutionContext())
  const text = await response.text()
  return { status: response.status, text, json: text.startsWith('{') ? JSON.parse(text) : undefined }
}

const click = (n: number, fields = {}) => ({
  type: 'track',
  event: n % 2 ? 'Odd' : 'Even',
  userId: 'u1',
  messageId: `m${n}`,
  timestamp: `2026-03-15T12:00:0${n}.000Z`,
  ...fields,
})

beforeAll(async () => {
  acme = await aWorkspace()
  ;[acmeToken, rival] = [await tokenOf(acme), await tokenOf(await aWorkspace())]
  await deliver([
    aMessage(
      acme,
      [0, 1, 2, 3, 4].map((n) => click(n)),
    ),
    aMessage(acme, [
      {
        type: 'identify',
        userId: 'u1',
        anonymousId: 'a/1 %2F',
        traits: { email: 'Ann@Example.com', phone: '+1 (555) 123-4567' },
      },
      { type: 'track', event: 'x', messageId: 'no-id' },
    ]),
  ])
})

describe('profiles', () => {
  test('are found by every kind of reference, in its normal form', async () => {
    const { id } = await profileOf(acme, 'user_id', 'u1')
    for (const ref of [
      id,
      'user_id:u1',
      'user_id%3Au1',
      'email:ann@example.com',
      'email:%20ANN%40example.com',
      'phone:%2B15551234567',
      'phone:+1-555-123-4567',
      `anonymous_id:${encodeURIComponent('a/1 %2F')}`,
    ]) {
      const { status, json } = await get(`/api/v1/profiles/${ref}`)
      expect([ref, status, json?.id]).toEqual([ref, 200, id])
    }
  })

  test('have the shape that is documented; trait meta only on request', async () => {
    const { json } = await get('/api/v1/profiles/user_id:u1')
    expect(ProfileDocument.parse(json)).toEqual(json)
    expect(json).not.toHaveProperty('traitMeta')
    expect((await get('/api/v1/profiles/user_id:u1?meta=1')).json.traitMeta.email).toMatchObject({
      messageId: expect.any(String),
    })
    expect((await get('/api/v1/profiles/user_id:u1?meta=0')).json).not.toHaveProperty('traitMeta')
  })

  test('nobody, somebody else and nonsense are one and the same answer', async () => {
    const { id } = await profileOf(acme, 'user_id', 'u1')
    const answers = await Promise.all([
      get('/api/v1/profiles/user_id:nobody'),
      get('/api/v1/profiles/prf_01ARZ3NDEKTSV4RRFFQ69G5FAV'),
      get('/api/v1/profiles/nonsense'),
      get('/api/v1/profiles/email:no-at-sign'),
      get('/api/v1/profiles/a%20b:c'),
      get('/api/v1/profiles/user_id:%E0%A4%A'),
      get('/api/v1/profiles/user_id:u1', rival),
      get(`/api/v1/profiles/${id}`, rival),
      get(`/api/v1/profiles/${id}/events`, rival),
      get(`/api/v1/profiles/${id}/identity`, rival),
    ])
    for (const { status, json } of answers) {
      const { requestId: _, ...rest } = json
      expect([status, rest]).toEqual([
        404,
        { code: 'not_found', title: 'There is no such thing', detail: 'there is no such profile' },
      ])
    }
  })

  test('a merged ID leads to the profile it was merged into', async () => {
    await deliver([aMessage(acme, [click(9, { userId: undefined, anonymousId: 'laptop', messageId: 'l1' })])])
    const loser = await profileOf(acme, 'anonymous_id', 'laptop')
    await deliver([aMessage(acme, [{ type: 'identify', userId: 'u1', anonymousId: 'laptop', traits: {} }])])
    const winner = await profileOf(acme, 'user_id', 'u1') // waits until the merge is carried out
    const { json } = await get(`/api/v1/profiles/${loser.id}`)
    expect(json.id).toBe(winner.id)
    expect(json.mergedIds).toContain(loser.id)
    const identity = await get(`/api/v1/profiles/${loser.id}/identity`)
    expect(IdentityDocument.parse(identity.json)).toEqual(identity.json)
    expect(identity.json.merges).toMatchObject([{ winner: json.id, loser: loser.id }])
    expect(identity.json.links.length).toBeGreaterThan(0)
    // Every end of a link is one of the identifiers, and says under which ID it arrived.
    const byName = new Map(identity.json.identifiers.map((one: { ref: string }) => [one.ref, one]))
    for (const { a, b } of identity.json.links) expect([byName.has(a), byName.has(b)]).toEqual([true, true])
    expect(byName.get('anonymous_id:laptop')).toMatchObject({ leaves: expect.arrayContaining([loser.id]) })
    expect(identity.json.leaves.map(({ id }: { id: string }) => id)).toEqual([json.id, ...json.mergedIds].sort())
    const events = identity.json.leaves.reduce((sum: number, leaf: { events: number }) => sum + leaf.events, 0)
    expect(events).toBe(Object.values(json.eventCounts as Record<string, number>).reduce((sum, n) => sum + n, 0))
  })

  test('an object that is overloaded is 503, a bug is 500, and neither says more', async () => {
    const fail = (fault: object) => ({
      ...env,
      IDENTITY: { getByName: () => ({ locate: () => Promise.reject(fault) }) } as never,
    })
    const busy = await get(
      '/api/v1/profiles/user_id:u1',
      acmeToken,
      fail(Object.assign(new Error('secret'), { overloaded: true })),
    )
    const broken = await get('/api/v1/profiles/user_id:u1', acmeToken, fail(new Error('secret')))
    expect([busy.status, broken.status]).toEqual([503, 500])
    expect(busy.text + broken.text).not.toContain('secret')
  })
})

describe('timelines', () => {
  test('come newest first, page by page, each event once', async () => {
    const seen: string[] = []
    let cursor = ''
    for (let pages = 0; pages < 5; pages++) {
      const { json } = await get(`/api/v1/profiles/user_id:u1/events?limit=2&name=Even${cursor}`)
      expect(EventPage.parse(json)).toEqual(json)
      seen.push(...json.events.map((event: { messageId: string }) => event.messageId))
      if (json.cursor === null) break
      cursor = `&cursor=${json.cursor}`
    }
    expect(seen).toEqual(['m4', 'm2', 'm0'])
  })

  test('are bounded by instants, both ends included, with whatever offset they are written', async () => {
    const ids = async (query: string) => {
      const { json } = await get(`/api/v1/profiles/user_id:u1/events?${query}`)
      return json.events.map((event: { messageId: string }) => event.messageId)
    }
    expect(await ids('from=2026-03-15T12:00:01Z&to=2026-03-15T12:00:03Z')).toEqual(['m3', 'm2', 'm1'])
    expect(await ids('from=2026-03-15T13:00:02%2B01:00&to=2026-03-15T13:00:02+01:00')).toEqual(['m2'])
    const within = 'from=2026-03-15T12:00:01Z&to=2026-03-15T12:00:03Z'
    expect(await ids(`${within}&type=track&source=${acme.source}`)).toEqual(['m3', 'm2', 'm1'])
    expect([await ids(`${within}&type=identify`), await ids(`${within}&source=tributary`)]).toEqual([[], []])
  })
})

describe('metrics', () => {
  test('add up: accepted is the sum of outcomes and of what waits', async () => {
    const { status, text } = await get('/metrics')
    expect(status).toBe(200)
    const value = (name: string) =>
      text
        .split('\n')
        .filter((line) => line === name || line.startsWith(`${name} `) || line.startsWith(`${name}{`))
        .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
    const outcomes = [
      'cdp_events_processed_total',
      'cdp_events_dedup_hits_total',
      'cdp_events_dropped_total',
      'cdp_events_rejected_total',
      'cdp_dead_letters_total',
      'cdp_events_buffered',
    ]
    expect(value('cdp_events_processed_total')).toBeGreaterThanOrEqual(6)
    expect(value('cdp_events_rejected_total')).toBe(1)
    expect(text).toContain('cdp_events_rejected_total{reason="missing_identifier"} 1\n')
    expect(value('cdp_events_accepted_total')).toBe(outcomes.map(value).reduce((a, b) => a + b))
  })

  test('another workspace sees nothing of it', async () => {
    expect((await get('/metrics', rival)).text).toContain('cdp_events_processed_total 0\n')
  })
})

describe('dead letters', () => {
  const letters = async (query = '', token = acmeToken) => (await get(`/api/v1/dead-letters${query}`, token)).json

  beforeAll(async () => {
    const insert = env.DB.prepare(
      'INSERT INTO dead_letters (workspace, id, message_id, stage, reason, attempts, at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    )
    const rows = [0, 1, 2, 3, 4].map((n) =>
      insert.bind(
        acme.id,
        `r.${n}`,
        `m${n}`,
        n % 2 ? 'apply' : 'resolve',
        `reason ${n}`,
        3,
        1_000 + (n >> 1),
        `{"n":${n}}`,
      ),
    )
    await env.DB.batch([...rows, insert.bind(acme.id, 'x', null, 'parse', "it's; no JSON", 1, 5, 'not json')])
  })

  test('come newest first, page by page, each once, in the shape that is documented', async () => {
    const ids: string[] = []
    let query = '?limit=2'
    for (let page = 0; page < 5; page++) {
      const json = await letters(query)
      expect(listDeadLetters.reply.parse(json)).toEqual(json)
      ids.push(...json.deadLetters.map((letter: { id: string }) => letter.id))
      if (json.cursor === null) break
      query = `?limit=2&cursor=${json.cursor}`
    }
    expect(ids).toEqual(['r.4', 'r.3', 'r.2', 'r.1', 'r.0', 'x'])
  })

  test('can be narrowed by stage and reason, whatever stands in them', async () => {
    expect((await letters('?stage=apply')).deadLetters.map((letter: { id: string }) => letter.id)).toEqual([
      'r.3',
      'r.1',
    ])
    expect((await letters(`?reason=${encodeURIComponent("it's; no JSON")}`)).deadLetters).toEqual([
      {
        id: 'x',
        messageId: null,
        source: null,
        type: null,
        name: null,
        destination: null,
        stage: 'parse',
        reason: "it's; no JSON",
        at: '1970-01-01T00:00:00.005Z',
        attempts: 1,
        trace: null,
        body: 'not json',
      },
    ])
    expect((await letters("?stage=' OR 1=1 --")).deadLetters).toEqual([])
  })

  test('of another workspace do not exist', async () => {
    expect(await letters('', rival)).toEqual({ deadLetters: [], cursor: null })
  })
})
