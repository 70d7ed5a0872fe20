import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { apiClient } from '../support/api-client.ts'
import { runJobs } from '../support/run-jobs.ts'
import { aMessage, aWorkspace, deliver, locate, meterOf, profileOf, type TestWorkspace } from '../support/workspace.ts'

const track = (event: string, messageId: string, userId = 'u') => ({ type: 'track', event, messageId, userId })

/** A letter as the consumer leaves one: the message it came in, with one item. */
async function aLetter(ws: TestWorkspace, id: string, item: object, reason = 'TypeError: no'): Promise<void> {
  const message = aMessage(ws, [item as never])
  await env.DB.prepare(
    "INSERT INTO dead_letters (workspace, id, message_id, stage, reason, attempts, at, body) VALUES (?, ?, ?, 'apply', ?, 3, ?, ?)",
  )
    .bind(ws.id, id, (item as { messageId: string }).messageId, reason, message.receivedAt, JSON.stringify(message))
    .run()
}

/** Until the queue's own delivery, a moment later, has made it so. */
async function eventually<T>(read: () => Promise<T>, expected: T): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (JSON.stringify(await read().catch(() => undefined)) === JSON.stringify(expected)) return
    await new Promise((resume) => setTimeout(resume, 20))
  }
  expect(await read()).toEqual(expected)
}

const countsOf = (ws: TestWorkspace) => async () => (await profileOf(ws, 'user_id', 'u')).eventCounts

describe('dead letters', () => {
  test('are mended, replayed and gone; the event takes effect under its old messageId', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    await aLetter(ws, 'l1', track('Ordr', 'm1'))
    await aLetter(ws, 'l2', track('Order', 'm2'))
    const mended = await api('PUT', '/dead-letters/l1', {
      event: { type: 'track', event: 'Order', userId: 'u', messageId: 'other' },
    })
    expect(mended.body.body.items[0].body).toMatchObject({ event: 'Order', messageId: 'm1' })
    const { status, body } = await api('POST', '/dead-letters:replay', { stage: 'apply' })
    expect(status).toBe(202)
    await runJobs(ws)
    expect((await api('GET', `/jobs/${body.jobId}`)).body).toMatchObject({
      state: 'done',
      done: 2,
      total: 2,
      errors: 0,
    })
    await eventually(countsOf(ws), { Order: 2 })
    expect((await api('GET', '/dead-letters')).body.deadLetters).toEqual([])
    const trace = (await api('GET', '/events/m1/trace')).body
    expect(trace.outcome).toBe('applied')
  })

  test('are not mended into an event that would be rejected, or that no queue would take', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    await aLetter(ws, 'l1', track('Ordr', 'm1'))
    const fine = { type: 'track', event: 'Order', userId: 'u' }
    const wrong: readonly (readonly [event: object, path: string])[] = [
      [{ ...fine, event: '' }, 'event.event'],
      [{ ...fine, type: 'trakc' }, 'event.type'],
      [{ type: 'track', event: 'Order' }, 'event.userId'],
      [{ ...fine, properties: 7 }, 'event.properties'],
      [{ ...fine, properties: { text: 'x'.repeat(300_000) } }, 'event'],
    ]
    for (const [event, path] of wrong) {
      const { status, body } = await api('PUT', '/dead-letters/l1', { event })
      expect([status, body.errors?.[0].path]).toEqual([422, path])
    }
    expect((await api('GET', '/dead-letters/l1')).body.event).toEqual(track('Ordr', 'm1'))
  })

  test('replayed twice, or applied in the meantime, change nothing more', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    await deliver([aMessage(ws, [track('Order', 'm1')])])
    await aLetter(ws, 'l1', track('Order', 'm1'))
    await api('POST', '/dead-letters:replay', { ids: ['l1'] })
    await runJobs(ws)
    await eventually(
      async () =>
        (await api('GET', '/events/m1/trace')).body.steps.filter((one: { step: string }) => one.step === 'deduplicate')
          .length,
      1,
    )
    expect(await countsOf(ws)()).toEqual({ Order: 1 })
  })

  test('one that nobody can read stays, and is told as an error', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    await env.DB.prepare(
      "INSERT INTO dead_letters (workspace, id, stage, reason, attempts, at, body) VALUES (?, 'x', 'parse', 'r', 1, 0, 'no json')",
    )
      .bind(ws.id)
      .run()
    expect((await api('PUT', '/dead-letters/x', { event: {} })).status).toBe(422)
    const { jobId } = (await api('POST', '/dead-letters:replay', { stage: 'parse' })).body
    await runJobs(ws)
    expect((await api('GET', `/jobs/${jobId}`)).body).toMatchObject({ state: 'done', errors: 1 })
    expect((await api('GET', '/dead-letters')).body.deadLetters.length).toBe(1)
    expect((await api('POST', '/dead-letters:discard', { ids: ['x'] })).body).toEqual({ discarded: 1 })
  })

  test('can be read one by one, with the event as PUT takes it and the way to its trace', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    await aLetter(ws, 'l/1', track('Order', 'm/1'))
    const { status, body } = await api('GET', '/dead-letters/l%2F1')
    expect([status, body]).toMatchObject([
      200,
      { stage: 'apply', source: ws.source, type: 'track', name: 'Order', trace: '/api/v1/events/m%2F1/trace' },
    ])
    expect(body.event).toEqual(track('Order', 'm/1'))
    expect((await api('PUT', '/dead-letters/l%2F1', { event: { ...body.event, event: 'Mended' } })).body.name).toBe(
      'Mended',
    )
    expect((await api('GET', '/dead-letters/none')).status).toBe(404)
    expect((await (await apiClient(await aWorkspace()))('GET', '/dead-letters/l%2F1')).status).toBe(404)
  })

  test('are found by event, source, text and time, in the list as in a replay or a discard', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    await aLetter(ws, 'a', track('Order Placed', 'm1'))
    await aLetter(ws, 'b', { type: 'page', name: 'Pricing', messageId: 'm2', userId: 'u' }, 'TypeError: other')
    await aLetter(ws, 'c', { ...track('Order Sent', 'm3'), properties: { colour: 'Grün, 100%' } })
    const effect = { kind: 'event', event: { source: ws.source, type: 'track', name: 'Order Placed', messageId: 'm4' } }
    for (const [id, body] of [
      ['d', JSON.stringify({ destination: 'dst_1', effect })],
      ['e', 'no json, Order'],
    ]) {
      await env.DB.prepare(
        "INSERT INTO dead_letters (workspace, id, stage, reason, attempts, at, body) VALUES (?, ?, 'x', 'r', 1, 5, ?)",
      )
        .bind(ws.id, id, body)
        .run()
    }
    const found = async (query: string) => {
      const { body } = await api('GET', `/dead-letters?${query}`)
      return body.deadLetters.map(({ id }: { id: string }) => id).sort()
    }
    expect(await found('event=Order%20Placed')).toEqual(['a', 'd'])
    expect(await found('event=Order*')).toEqual(['a', 'c', 'd'])
    expect(await found('event=Pricing')).toEqual(['b'])
    expect(await found(`source=${ws.source}`)).toEqual(['a', 'b', 'c', 'd'])
    expect(await found('text=100%25')).toEqual(['c'])
    expect(await found('text=OTHER')).toEqual(['b'])
    expect(await found('to=1970-01-02T00:00:00Z')).toEqual(['d', 'e'])
    expect((await api('GET', '/dead-letters/d')).body).toMatchObject({
      destination: 'dst_1',
      event: { name: 'Order Placed' },
    })
    expect((await api('POST', '/dead-letters:discard', { event: 'Order*', stage: 'apply' })).body).toEqual({
      discarded: 2,
    })
    await api('POST', '/dead-letters:replay', { text: 'pricing' })
    await runJobs(ws)
    expect(await found('')).toEqual(['d', 'e'])
  })

  test('of another workspace are not there, and an empty selection is refused', async () => {
    const ws = await aWorkspace()
    await aLetter(ws, 'l1', track('Order', 'm1'))
    const rival = await apiClient(await aWorkspace())
    expect((await rival('PUT', '/dead-letters/l1', { event: {} })).status).toBe(404)
    expect((await rival('POST', '/dead-letters:discard', { ids: ['l1'] })).body).toEqual({ discarded: 0 })
    expect(await rival('POST', '/dead-letters:replay', {})).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'ids' }] },
    })
    const reader = await apiClient(ws, ['dead-letters:read'])
    expect((await reader('POST', '/dead-letters:replay', { ids: ['l1'] })).status).toBe(403)
  })
})

describe('a replay from the archive', () => {
  test('sends what never took effect, and says how much would have been a duplicate', async () => {
    const ws = await aWorkspace({ profileRatePerMinute: 2 })
    const api = await apiClient(ws)
    const from = new Date(Date.now() - 1_000).toISOString()
    await deliver([
      aMessage(
        ws,
        [1, 2, 3, 4].map((n) => track('Order', `m${n}`)),
      ),
    ])
    expect(await countsOf(ws)()).toEqual({ Order: 2 })
    const to = new Date(Date.now() + 1_000).toISOString()
    const { jobId } = (await api('POST', '/replays', { from, to, outcome: 'dropped', reason: 'profile_rate' })).body
    await runJobs(ws)
    const job = (await api('GET', `/jobs/${jobId}`)).body
    expect(job).toMatchObject({ state: 'done', done: 2, result: { replayed: 2, duplicates: 2, unreadable: 0 } })
    await eventually(countsOf(ws), { Order: 4 })
  })

  test('again and again sends as many as the first time: what a replay left in vain is not sent as well', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    await deliver([
      aMessage(ws, [
        { type: 'track', userId: 'u', messageId: 'a' },
        { type: 'track', userId: 'u', messageId: 'b' },
      ]),
    ])
    const range = { from: new Date(Date.now() - 60_000).toISOString(), to: new Date(Date.now() + 60_000).toISOString() }
    const decided = async () => (await meterOf(ws)).counts['rejected:missing_name']
    for (let round = 1; round <= 3; round++) {
      const { jobId } = (await api('POST', '/replays', { ...range, ...(round === 2 ? { outcome: 'rejected' } : {}) }))
        .body
      await runJobs(ws)
      expect((await api('GET', `/jobs/${jobId}`)).body.result).toMatchObject({ replayed: 2 })
      await eventually(decided, 2 + 2 * round)
    }
  })

  test('takes only what the filter names, and never an erased person', async () => {
    const ws = await aWorkspace({ profileRatePerMinute: 1 })
    const api = await apiClient(ws)
    await deliver([
      aMessage(ws, [
        track('Order', 'a'),
        track('Order', 'b'),
        track('Video Play', 'c'),
        track('x', 'd', 'v'),
        track('x', 'e', 'v'),
      ]),
    ])
    await api('DELETE', '/profiles/user_id:v')
    await runJobs(ws)
    const range = { from: new Date(Date.now() - 60_000).toISOString(), to: new Date(Date.now() + 60_000).toISOString() }
    await api('POST', '/replays', { ...range, filter: { events: ['Video *', 'x'] } })
    await runJobs(ws)
    await eventually(countsOf(ws), { Order: 1, 'Video Play': 1 })
    expect(await locate(ws, 'user_id', 'v')).toBeNull()
    expect((await api('POST', '/replays', { from: range.to, to: range.from })).status).toBe(400)
    for (const nobody of ['nobody', 'prf_01J00000000000000000000000'])
      expect((await api('POST', '/replays', { ...range, filter: { profiles: [nobody] } })).status).toBe(422)
  })

  test('of one message sends that one, whatever else came with it, and of no other workspace', async () => {
    const [ws, other] = [await aWorkspace({ profileRatePerMinute: 1 }), await aWorkspace({ profileRatePerMinute: 1 })]
    const api = await apiClient(ws)
    const receivedAt = Date.now()
    const three = [track('Order', 'a'), track('Order', 'b'), track('Order', 'c')]
    await deliver([aMessage(ws, three, { receivedAt }), aMessage(other, three, { receivedAt })])
    const at = new Date(receivedAt).toISOString()
    const body = { from: at, to: at, outcome: 'dropped', filter: { messageIds: ['c'] } }
    const { jobId } = (await api('POST', '/replays', body)).body
    await runJobs(ws)
    expect((await api('GET', `/jobs/${jobId}`)).body).toMatchObject({ state: 'done', result: { replayed: 1 } })
    await eventually(countsOf(ws), { Order: 2 })
    expect(await countsOf(other)()).toEqual({ Order: 1 })
    const trace = (await api('GET', '/events/c/trace')).body
    expect(trace.steps.some((step: { outcome?: string }) => step.outcome === 'applied')).toBe(true)
    expect((await api('POST', '/replays', { ...body, filter: { messageIds: [] } })).status).toBe(400)
  })

  test('of one person brings back what a stage refused of them, known or not yet known, and nothing of others', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    const steps = [{ op: 'filter', path: 'properties.wrong', is: 'exists' }]
    const filter = (await api('POST', '/transformations', { name: 'wrong', events: ['Order'], steps })).body.id
    await deliver([
      aMessage(ws, [
        { type: 'identify', userId: 'u', anonymousId: 'a', messageId: 'i' },
        { type: 'track', event: 'Order', anonymousId: 'a', messageId: 'by-another-name' },
        track('Order', 'first-word', 'new'),
        track('Order', 'not-asked-for', 'w'),
      ]),
    ])
    expect((await meterOf(ws)).counts).toMatchObject({ applied: 1, 'dropped:transformation': 3 })
    await api('DELETE', `/transformations/${filter}`)
    const range = { from: new Date(Date.now() - 60_000).toISOString(), to: new Date(Date.now() + 60_000).toISOString() }
    const people = { filter: { profiles: ['user_id:u', 'user_id:new'] } }
    const { jobId } = (await api('POST', '/replays', { ...range, outcome: 'dropped', ...people })).body
    await runJobs(ws)
    expect((await api('GET', `/jobs/${jobId}`)).body.result).toMatchObject({ replayed: 2 })
    await eventually(countsOf(ws), { Order: 1 })
    await eventually(async () => (await profileOf(ws, 'user_id', 'new')).eventCounts, { Order: 1 })
    expect(await locate(ws, 'user_id', 'w')).toBeNull()
  })

  test('of dead letters sends them as they were mended, and takes them off the list', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    const plan = { name: 'Shop', mode: 'enforce', unplanned: 'quarantine', events: [] }
    const id = (await api('POST', '/tracking-plans', plan)).body.id
    await deliver([aMessage(ws, [track('Ordr', 'm1'), track('Seen', 'm2')])])
    const letters = async () => (await api('GET', '/dead-letters?stage=plan')).body.deadLetters
    await eventually(async () => (await letters()).length, 2)
    const { id: wrong } = (await letters()).find(({ messageId }: { messageId: string }) => messageId === 'm1')
    expect((await api('PUT', `/dead-letters/${wrong}`, { event: track('Order', 'm1') })).status).toBe(200)
    await api('PUT', `/tracking-plans/${id}`, { mode: 'observe' })
    const range = { from: new Date(Date.now() - 60_000).toISOString(), to: new Date(Date.now() + 60_000).toISOString() }
    await api('POST', '/replays', { ...range, outcome: 'dead_letter' })
    await runJobs(ws)
    await eventually(countsOf(ws), { Order: 1, Seen: 1 })
    expect(await letters()).toEqual([])
  })
})
