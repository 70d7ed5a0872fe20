import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { anApi } from '../../test/support/api.ts'
import { aPeer, onlyFakePeers } from '../../test/support/fake-peer.ts'
import { aMessage, aWorkspace, deliver } from '../../test/support/workspace.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const settings = { url: 'https://example.com/plugin', secret: SECRET, writes: ['context.weather'] }
const weather = { type: 'remote', name: 'Weather', settings }

async function aCaller(environment: Env = env) {
  const ws = await aWorkspace({}, { vip: { type: 'trait', path: 'plan', op: 'eq', value: 'vip' } })
  return { ws, api: await anApi(ws.id, ['*'], environment) }
}

describe('plugins', () => {
  test('are installed, read, listed, changed and taken out; secrets are never read back', async () => {
    const { ws, api } = await aCaller()
    const made = await api.call('POST', '/api/v1/plugins', { ...weather, filter: { events: ['Order *'] } })
    expect(made.status).toBe(201)
    expect(made.json).toMatchObject({
      id: expect.stringMatching(/^plg_/),
      type: 'remote',
      kind: 'blocking',
      enabled: true,
      position: 0,
      settings: { url: settings.url, writes: ['context.weather'], secret: { last4: SECRET.slice(-4) } },
      filter: { events: ['Order *'] },
      timeoutMs: null,
      onFailure: null,
      version: 1,
    })
    const path = `/api/v1/plugins/${made.json.id}`
    const read = await api.call('GET', path)
    expect(read.json.health).toEqual({
      calls: 0,
      events: 0,
      failed: 0,
      timeouts: 0,
      skipped: 0,
      p95Ms: null,
      lastError: null,
    })
    // As it was read, with some things changed.
    const changed = await api.call('PUT', path, { ...read.json, name: 'Weather 2', onFailure: 'dead_letter' })
    expect(changed.json).toMatchObject({ name: 'Weather 2', onFailure: 'dead_letter', version: 2 })
    expect(changed.json.settings).toEqual(made.json.settings)
    const list = await api.call('GET', '/api/v1/plugins')
    expect(list.json.plugins.map(({ id }: { id: string }) => id)).toEqual([made.json.id])
    for (const { text } of [made, read, changed, list]) expect(text).not.toContain(SECRET)
    expect((await api.call('DELETE', path)).status).toBe(204)
    expect((await api.call('GET', path)).status).toBe(404)
    expect((await api.call('DELETE', path)).status).toBe(404)
    const { results } = await env.DB.prepare('SELECT act, detail FROM audit WHERE workspace = ? ORDER BY at, id')
      .bind(ws.id)
      .all<{ act: string; detail: string }>()
    expect(results.map(({ act }) => act)).toEqual(['createPlugin', 'updatePlugin', 'deletePlugin'])
    expect(JSON.stringify(results)).not.toContain(SECRET)
  })

  const withSettings = (more: object) => ({ ...weather, settings: { ...settings, ...more } })
  const batch = { type: 'remote-batch', name: 'Scores' }
  test.each<[string, object, number, string]>([
    ['a type that does not exist', { ...weather, type: 'fax' }, 400, 'type'],
    ['a field that does not exist', { ...weather, colour: 'red' }, 400, 'colour'],
    ['a missing secret', { ...weather, settings: { url: settings.url } }, 422, 'settings.secret'],
    ['a setting that does not exist', withSettings({ x: 1 }), 422, 'settings.x'],
    ['a private address', withSettings({ url: 'https://10.0.0.1/' }), 422, 'settings.url'],
    ['this machine', withSettings({ url: 'https://127.0.0.1/' }), 422, 'settings.url'],
    ['plain http', withSettings({ url: 'http://example.com/' }), 422, 'settings.url'],
    ['a field nobody may write', withSettings({ writes: ['messageId'] }), 422, 'settings.writes.0'],
    ['the prototype as a field', withSettings({ writes: ['context.__proto__'] }), 422, 'settings.writes.0'],
    ['a time without end', { ...weather, timeoutMs: 60_000 }, 400, 'timeoutMs'],
    ['a source that is not there', { ...weather, filter: { sources: ['src_gone'] } }, 422, 'filter.sources.0'],
    ['a segment, which is not known yet', { ...weather, filter: { segments: ['vip'] } }, 422, 'filter.segments'],
    ['a consent, which it has no use for', { ...weather, consent: { channels: ['email'] } }, 422, 'consent'],
    [
      'code that may call a private address',
      { type: 'javascript', name: 'x', settings: { code: 'export const onEvent = () => null', allow: ['10.0.0.1'] } },
      422,
      'settings.allow',
    ],
    [
      'code that imports what there is not',
      { type: 'javascript', name: 'x', settings: { code: 'import "node:fs"\nexport const onEvent = () => null' } },
      422,
      'settings.code',
    ],
    [
      'a binding of ours',
      { type: 'service-binding', name: 'x', settings: { binding: 'LAKE' } },
      422,
      'settings.binding',
    ],
    [
      'a binding that is not there',
      { type: 'service-binding', name: 'x', settings: { binding: 'PLUGIN_X' } },
      422,
      'settings.binding',
    ],
    [
      'a batch over a segment that is not there',
      { ...batch, settings: { url: settings.url, secret: SECRET, segment: 'none', traits: ['score'] } },
      422,
      'settings.segment',
    ],
    [
      'an observer that is waited for',
      { type: 'remote-observer', name: 'x', settings: { url: settings.url, secret: SECRET }, timeoutMs: 100 },
      422,
      'timeoutMs',
    ],
  ])('%s is refused, and the field named', async (_, body, status, path) => {
    const { api } = await aCaller({ ...env, OUTBOUND: 'public' } as Env)
    const answer = await api.call('POST', '/api/v1/plugins', body)
    expect([answer.status, answer.json.errors?.[0]?.path]).toEqual([status, path])
  })

  test('belong to their workspace: to another they do not exist', async () => {
    const [mine, other] = [await aCaller(), await aCaller()]
    const { json } = await mine.api.call('POST', '/api/v1/plugins', weather)
    const path = `/api/v1/plugins/${json.id}`
    for (const [method, at, body] of [
      ['GET', path],
      ['PUT', path, { name: 'x' }],
      ['DELETE', path],
      ['POST', `${path}/test`, {}],
    ] as const)
      expect([method, at, (await other.api.call(method, at, body)).status]).toEqual([method, at, 404])
    expect((await other.api.call('GET', '/api/v1/plugins')).json.plugins).toEqual([])
    expect((await mine.api.call('GET', path)).status).toBe(200)
  })

  test('stand in the order of their positions, page by page, the last installed last', async () => {
    const { api } = await aCaller()
    const ids: string[] = []
    for (const name of ['a', 'b', 'c'])
      ids.push((await api.call('POST', '/api/v1/plugins', { ...weather, name })).json.id)
    await api.call('PUT', `/api/v1/plugins/${ids[0]}`, { position: 7 })
    const first = await api.call('GET', '/api/v1/plugins?limit=2')
    const rest = await api.call('GET', `/api/v1/plugins?limit=2&cursor=${encodeURIComponent(first.json.cursor)}`)
    const names = [...first.json.plugins, ...rest.json.plugins].map(({ name }: { name: string }) => name)
    expect([names, rest.json.cursor]).toEqual([['b', 'c', 'a'], null])
  })

  test('are listed as types with their settings as JSON Schema, providers and connectors among them', async () => {
    const { api } = await aCaller()
    const { json } = await api.call('GET', '/api/v1/plugin-types')
    const byName = new Map(json.types.map((type: { name: string }) => [type.name, type]))
    expect(byName.get('remote')).toMatchObject({
      kind: 'blocking',
      timeoutMs: 500,
      writes: 'settings',
      secrets: ['secret'],
      settings: { type: 'object', required: ['url', 'secret'] },
      installedAs: 'plugin',
    })
    expect(byName.get('stripe')).toMatchObject({ kind: 'input', installedAs: 'source' })
    expect(byName.get('json-events')).toMatchObject({ kind: 'input' })
  })

  test('are tried on an event that is given, on one that is named, and on the newest', async () => {
    onlyFakePeers()
    const { ws, api } = await aCaller()
    const peer = aPeer()
    peer.answer(({ json }) =>
      Response.json({ results: json.events.map(() => ({ set: { 'context.weather': { sky: 'clear' } } })) }),
    )
    const { json } = await api.call('POST', '/api/v1/plugins', {
      ...weather,
      settings: { ...settings, url: peer.url },
      filter: { events: ['Seen'] },
      enabled: false,
    })
    const path = `/api/v1/plugins/${json.id}/test`
    const given = await api.call('POST', path, { event: { type: 'track', event: 'X', userId: 'u1' } })
    expect(given.json).toMatchObject({
      outcome: 'changed',
      answer: { kind: 'set' },
      before: { event: 'X', context: {} },
      after: { event: 'X', context: { weather: { sky: 'clear' } } },
    })
    expect((await api.call('POST', path, {})).status).toBe(404)
    await deliver([
      aMessage(ws, [
        { type: 'track', event: 'Seen', userId: 'u1', messageId: 'm1' },
        { type: 'track', event: 'Other', userId: 'u1', messageId: 'm2' },
      ]),
    ])
    expect((await api.call('POST', path, {})).json).toMatchObject({ messageId: 'm1', outcome: 'changed' })
    expect((await api.call('POST', path, { messageId: 'm2' })).json).toMatchObject({ messageId: 'm2' })
    peer.answer(() => Response.json({ results: [{ drop: 'enough' }] }))
    expect((await api.call('POST', path, {})).json).toMatchObject({ outcome: 'dropped', reason: 'enough', after: null })
    peer.answer(() => Response.json({ results: [{ set: { 'properties.x': 1 } }] }))
    const failed = await api.call('POST', path, {})
    expect(failed.json).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('did not declare') })
    expect(failed.json.after).toEqual(failed.json.before)
    expect((await api.call('POST', path, { event: { type: 'fax' } })).json.errors[0].path).toBe('event.type')
  })
})
