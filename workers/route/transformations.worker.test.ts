import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { apiClient } from '../../test/support/api-client.ts'
import { aMessage, aWorkspace, deliver } from '../../test/support/workspace.ts'

const STEPS = [
  { op: 'rename', from: 'properties.total', to: 'properties.value' },
  { op: 'filter', path: 'properties.value', is: 'gt', value: 0 },
]

async function aCaller() {
  const ws = await aWorkspace()
  return { ws, api: await apiClient(ws) }
}

describe('transformations', () => {
  test('are made, listed in their order, read, changed and deleted, and every change is in the audit log', async () => {
    const { ws, api } = await aCaller()
    const made = await api('POST', '/transformations', {
      name: 'Orders',
      events: ['Order*'],
      sources: [ws.source],
      steps: STEPS,
    })
    expect(made).toMatchObject({
      status: 201,
      body: {
        name: 'Orders',
        enabled: true,
        position: 0,
        events: ['Order*'],
        sources: [ws.source],
        steps: STEPS,
        version: 1,
      },
    })
    const second = await api('POST', '/transformations', { name: 'Second', steps: [] })
    expect(second.body.position).toBe(1)
    const first = await api('POST', '/transformations', { name: 'First', steps: [], position: 0, enabled: false })
    const names = async () =>
      (await api('GET', '/transformations')).body.transformations.map(({ name }: { name: string }) => name)
    expect((await names()).at(-1)).toBe('Second')
    const path = `/transformations/${made.body.id}`
    // As it was read, with one thing changed.
    const changed = await api('PUT', path, { ...made.body, position: 7, sources: null })
    expect(changed.body).toMatchObject({ position: 7, version: 2, steps: STEPS, events: ['Order*'] })
    expect(changed.body).not.toHaveProperty('sources')
    expect(await names()).toEqual(['First', 'Second', 'Orders'])
    expect((await api('GET', path)).body).toEqual(changed.body)
    const page = (await api('GET', '/transformations?limit=2')).body
    expect((await api('GET', `/transformations?limit=2&cursor=${page.cursor}`)).body).toMatchObject({
      transformations: [{ name: 'Orders' }],
      cursor: null,
    })
    expect((await api('DELETE', path)).status).toBe(204)
    expect((await api('GET', path)).status).toBe(404)
    expect((await api('DELETE', path)).status).toBe(404)
    expect((await api('PUT', path, { name: 'x' })).status).toBe(404)
    const { results } = await env.DB.prepare('SELECT act FROM audit WHERE workspace = ? ORDER BY at, id')
      .bind(ws.id)
      .all<{ act: string }>()
    expect(results.map(({ act }) => act)).toEqual([
      'createTransformation',
      'createTransformation',
      'createTransformation',
      'updateTransformation',
      'deleteTransformation',
    ])
    expect(first.body.enabled).toBe(false)
  })

  test.each<[string, unknown[], string]>([
    ['a step that nobody knows', [{ op: 'explode' }], 'steps.0.op'],
    [
      'a step without its field',
      [
        { op: 'remove', path: 'x' },
        { op: 'rename', to: 'x' },
      ],
      'steps.1.from',
    ],
    ['a path that is none', [{ op: 'remove', path: 'a..b' }], 'steps.0.path'],
    ['a field that a step does not have', [{ op: 'remove', path: 'a', why: 'x' }], 'steps.0.why'],
    ['an operand that does not fit', [{ op: 'filter', path: 'a', is: 'gt', value: 'x' }], 'steps.0.value'],
    [
      'a new messageId',
      [
        { op: 'remove', path: 'x' },
        { op: 'set', to: 'messageId', value: 'x' },
      ],
      'steps.1.to',
    ],
    ['another type', [{ op: 'rename', from: 'type', to: 'x' }], 'steps.0.from'],
    ['a hashed source', [{ op: 'hash', path: 'source' }], 'steps.0.path'],
    ['a prototype', [{ op: 'set', to: 'a.__proto__', value: 1 }], 'steps.0.to'],
    ['what is no step', ['x'], 'steps.0'],
  ])('%s is refused, and the step named', async (_, steps, path) => {
    const { api } = await aCaller()
    const made = await api('POST', '/transformations', { name: 'x', steps })
    expect([made.status, made.body.errors?.[0]?.path]).toEqual([422, path])
    const previewed = await api('POST', '/transformations:preview', { steps, event: {} })
    expect([previewed.status, previewed.body.errors?.[0]?.path]).toEqual([422, path])
    const { body } = await api('POST', '/transformations', { name: 'x', steps: [] })
    expect((await api('PUT', `/transformations/${body.id}`, { steps })).body.errors[0].path).toBe(path)
  })

  test('a source of somebody else, an empty list of events and a field nobody knows are refused', async () => {
    const { api } = await aCaller()
    const other = await aWorkspace()
    const post = async (more: object) => {
      const { status, body } = await api('POST', '/transformations', { name: 'x', steps: [], ...more })
      return [status, body.errors?.[0]?.path]
    }
    expect(await post({ sources: [other.source] })).toEqual([422, 'sources.0'])
    expect(await post({ events: [] })).toEqual([400, 'events'])
    expect(await post({ colour: 'red' })).toEqual([400, 'colour'])
    expect(await post({ position: -1 })).toEqual([400, 'position'])
    expect(await post({ steps: undefined })).toEqual([422, 'steps'])
    expect(await post({ code: 'export const onEvent = () => null' })).toEqual([422, 'code'])
  })

  test('code that does not load is refused, with its line', async () => {
    const { api } = await aCaller()
    const post = (code: string) => api('POST', '/transformations', { name: 'x', code })
    const broken = await post('export function onEvent(event) {\n  return event +\n}')
    expect([broken.status, broken.body.errors[0].path]).toEqual([422, 'code'])
    expect((await post('const x = 1')).body.errors[0]).toMatchObject({ path: 'code' })
    expect((await post('x'.repeat(70_000))).status).toBe(400)
    const good = await post('export const onEvent = (event) => event')
    expect(good.body).toMatchObject({ code: expect.any(String), version: 1 })
    expect(good.body).not.toHaveProperty('steps')
  })

  test('belong to their workspace, and there are at most a hundred', async () => {
    const [mine, other] = [await aCaller(), await aCaller()]
    const { body } = await mine.api('POST', '/transformations', { name: 'x', steps: STEPS })
    const path = `/transformations/${body.id}`
    for (const [method, at, given] of [
      ['GET', path],
      ['PUT', path, { name: 'y' }],
      ['DELETE', path],
      ['POST', '/transformations:preview', { id: body.id, event: { type: 'track', event: 'x', userId: 'u' } }],
    ] as const)
      expect([method, (await other.api(method, at, given)).status]).toEqual([method, 404])
    expect((await other.api('GET', '/transformations')).body.transformations).toEqual([])
    const rest = Array.from({ length: 99 }, (_, i) =>
      env.DB.prepare("INSERT INTO transformations VALUES (?, ?, 'x', 0, 1, '{\"steps\":[]}', 1, 0, 0)").bind(
        mine.ws.id,
        `tfm_${i}`,
      ),
    )
    await env.DB.batch(rest)
    expect((await mine.api('POST', '/transformations', { name: 'one more', steps: [] })).status).toBe(409)
  })
})

describe('a preview', () => {
  const event = { type: 'track', event: 'Ordr', userId: 'u', messageId: 'm', properties: { total: 5 } }

  test('shows before, after and what changed, of steps that are not saved', async () => {
    const { api } = await aCaller()
    const { status, body } = await api('POST', '/transformations:preview', { steps: STEPS, event })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      messageId: 'm',
      from: 'given',
      outcome: 'changed',
      before: { event: 'Ordr', properties: { total: 5 } },
      after: { event: 'Ordr', properties: { value: 5 } },
      changes: [
        { path: 'properties.value', change: 'added' },
        { path: 'properties.total', change: 'removed' },
      ],
    })
    const free = { ...event, properties: { total: 0 } }
    expect((await api('POST', '/transformations:preview', { steps: STEPS, event: free })).body).toMatchObject({
      outcome: 'dropped',
      reason: 'steps.1: filter',
      after: null,
    })
    const nameless = [{ op: 'remove', path: 'event' }]
    expect((await api('POST', '/transformations:preview', { steps: nameless, event })).body).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('event'),
      after: null,
    })
  })

  test('takes the newest event that arrived of its selection, as it came, also one that was dropped', async () => {
    const { ws, api } = await aCaller()
    const drop = [{ op: 'filter', path: 'properties.none', is: 'exists' }]
    const { id } = (await api('POST', '/transformations', { name: 'drop', events: ['Order*'], steps: drop })).body
    const track = (name: string, messageId: string) => ({
      type: 'track',
      event: name,
      userId: 'u',
      messageId,
      properties: { total: 1 },
    })
    await deliver([aMessage(ws, [track('Order Placed', 'm1')], { receivedAt: Date.now() - 5_000 })])
    await deliver([aMessage(ws, [track('Order Paid', 'm2')])])
    await deliver([aMessage(ws, [track('Viewed', 'm3')])])
    const saved = (await api('POST', '/transformations:preview', { id })).body
    expect(saved).toMatchObject({ messageId: 'm2', from: 'archive', source: ws.source, outcome: 'dropped' })
    const mended = (await api('POST', '/transformations:preview', { id, steps: STEPS })).body
    expect(mended).toMatchObject({ messageId: 'm2', outcome: 'changed', after: { properties: { value: 1 } } })
    const named = (await api('POST', '/transformations:preview', { id, messageId: 'm1' })).body
    expect(named).toMatchObject({ messageId: 'm1', from: 'archive' })
    const other = (await api('POST', '/transformations:preview', { id, messageId: 'm3' })).body
    expect(other).toMatchObject({ messageId: 'm3', outcome: 'not_selected' })
    expect((await api('POST', '/transformations:preview', { id, messageId: 'nobody' })).status).toBe(404)
    // Another workspace's events are nobody's here.
    const rival = await apiClient(await aWorkspace())
    expect((await rival('POST', '/transformations:preview', { steps: [] })).status).toBe(404)
  })

  test('shows no event of a person to whoever may not read people', async () => {
    const { ws } = await aCaller()
    await deliver([aMessage(ws, [{ type: 'track', event: 'x', userId: 'u', messageId: 'm' }])])
    const reader = await apiClient(ws, ['transformations:read'])
    for (const body of [{ steps: [] }, { steps: [], messageId: 'm' }])
      expect((await reader('POST', '/transformations:preview', body)).status).toBe(403)
    expect((await reader('POST', '/transformations:preview', { steps: [], event })).status).toBe(200)
    const both = await apiClient(ws, ['transformations:read', 'profiles:read'])
    expect((await both('POST', '/transformations:preview', { steps: [] })).status).toBe(200)
  })

  test('runs all transformations of the workspace in order, the unsaved steps in their place', async () => {
    const { ws, api } = await aCaller()
    const set = (to: string, value: string) => ({ op: 'set', to, value })
    const post = async (name: string, more: object) =>
      (await api('POST', '/transformations', { name, ...more })).body.id
    await post('name', { steps: [set('event', 'Order')] })
    const second = await post('mark', { events: ['Order'], steps: [set('properties.mark', 'saved')] })
    await post('off', { enabled: false, steps: [{ op: 'filter', path: 'x', is: 'exists' }] })
    await post('elsewhere', { events: ['Viewed'], steps: [{ op: 'filter', path: 'x', is: 'exists' }] })
    const all = { all: true, event, source: ws.source }
    const { body } = await api('POST', '/transformations:preview', all)
    expect(body).toMatchObject({ outcome: 'changed', after: { event: 'Order', properties: { mark: 'saved' } } })
    expect(body.transformations.map(({ name, outcome }: { name: string; outcome: string }) => [name, outcome])).toEqual(
      [
        ['name', 'changed'],
        ['mark', 'changed'],
        ['elsewhere', 'not_selected'],
      ],
    )
    const tried = { ...all, id: second, steps: [set('properties.mark', 'new')] }
    expect((await api('POST', '/transformations:preview', tried)).body.after.properties.mark).toBe('new')
  })

  test('runs code that is not saved, and shows what it wrote to the console', async () => {
    const { api } = await aCaller()
    const preview = async (code: string) => (await api('POST', '/transformations:preview', { code, event })).body
    const code =
      "export function onEvent(event) { console.log('saw', event.event); return { ...event, event: 'Order' } }"
    expect(await preview(code)).toMatchObject({
      outcome: 'changed',
      after: { event: 'Order' },
      changes: [{ path: 'event', change: 'changed' }],
      transformations: [{ logs: ['log: saw Ordr'] }],
    })
    expect(await preview('export const onEvent = (event) => ({ ...event })')).toMatchObject({ outcome: 'unchanged' })
    expect(await preview('export const onEvent = () => null')).toMatchObject({
      outcome: 'dropped',
      reason: 'code: null',
    })
    expect(await preview('export const onEvent = () => 7')).toMatchObject({ outcome: 'failed' })
    expect(await preview('export {')).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('syntax') })
  })

  test('refuses what is no event, and a question without a transformation', async () => {
    const { api } = await aCaller()
    const fails = async (body: object) => {
      const answer = await api('POST', '/transformations:preview', body)
      return [answer.status, answer.body.errors?.[0]?.path]
    }
    expect(await fails({ steps: [], event: { type: 'track' } })).toEqual([422, 'event.event'])
    expect(await fails({ steps: [], event: { type: 'track', event: 'x', userId: {} } })).toEqual([422, 'event.userId'])
    expect(await fails({ event })).toEqual([400, 'steps'])
    expect(await fails({ steps: [], event, messageId: 'm' })).toEqual([400, 'messageId'])
    expect(await fails({ steps: [], event: 'x' })).toEqual([400, 'event'])
  })
})
