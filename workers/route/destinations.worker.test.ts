import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { anApi } from '../../test/support/api.ts'
import { aWorkspace } from '../../test/support/workspace.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const hook = { type: 'webhook', name: 'CRM', settings: { url: 'https://example.com/in', secret: SECRET } }

async function aCaller(environment: Env = env) {
  const ws = await aWorkspace({}, { vip: { type: 'trait', path: 'plan', op: 'eq', value: 'vip' } })
  return { ws, api: await anApi(ws.id, ['*'], environment) }
}

describe('destinations', () => {
  test('are made, read, listed, changed and deleted; secrets are never read back', async () => {
    const { ws, api } = await aCaller()
    const made = await api.call('POST', '/api/v1/destinations', { ...hook, filter: { segments: ['vip'] } })
    expect(made.status).toBe(201)
    expect(made.json).toMatchObject({
      id: expect.stringMatching(/^dst_/),
      type: 'webhook',
      enabled: true,
      settings: { url: 'https://example.com/in', secret: { last4: SECRET.slice(-4) } },
      filter: { segments: ['vip'] },
      mapping: null,
      consent: null,
      version: 1,
    })
    const path = `/api/v1/destinations/${made.json.id}`
    // As it was read, with one thing changed.
    const changed = await api.call('PUT', path, { ...made.json, name: 'CRM 2' })
    expect(changed.json).toMatchObject({ name: 'CRM 2', version: 2, settings: made.json.settings })
    const list = await api.call('GET', '/api/v1/destinations')
    expect(list.json.destinations.map(({ id }: { id: string }) => id)).toEqual([made.json.id])
    for (const { text } of [made, changed, list, await api.call('GET', path)]) expect(text).not.toContain(SECRET)
    expect((await api.call('DELETE', path)).status).toBe(204)
    expect((await api.call('GET', path)).status).toBe(404)
    expect((await api.call('DELETE', path)).status).toBe(404)
    const { results } = await env.DB.prepare('SELECT act, detail FROM audit WHERE workspace = ? ORDER BY at, id')
      .bind(ws.id)
      .all<{ act: string; detail: string }>()
    expect(results.map(({ act }) => act)).toEqual(['createDestination', 'updateDestination', 'deleteDestination'])
    expect(JSON.stringify(results)).not.toContain(SECRET)
  })

  test.each<[string, object, number, string]>([
    ['a type that does not exist', { ...hook, type: 'fax' }, 400, 'type'],
    ['a field that does not exist', { ...hook, colour: 'red' }, 400, 'colour'],
    ['a missing secret', { ...hook, settings: { url: 'https://example.com' } }, 422, 'settings.secret'],
    ['a setting that does not exist', { ...hook, settings: { ...hook.settings, x: 1 } }, 422, 'settings.x'],
    ['a private address', { ...hook, settings: { ...hook.settings, url: 'https://10.0.0.1/' } }, 422, 'settings.url'],
    ['this machine', { ...hook, settings: { ...hook.settings, url: 'https://127.0.0.1/' } }, 422, 'settings.url'],
    ['plain http', { ...hook, settings: { ...hook.settings, url: 'http://example.com/' } }, 422, 'settings.url'],
    ['a user name', { ...hook, settings: { ...hook.settings, url: 'https://u:p@example.com/' } }, 422, 'settings.url'],
    ['a condition that is none', { ...hook, filter: { condition: { type: 'moon' } } }, 422, 'filter.condition.type'],
    ['a segment that is not there', { ...hook, filter: { segments: ['nobody'] } }, 422, 'filter.segments.0'],
    ['a step that is none', { ...hook, mapping: [{ op: 'explode' }] }, 400, 'mapping.0.op'],
  ])('%s is refused, and the field named', async (_, body, status, path) => {
    const { api } = await aCaller({ ...env, OUTBOUND: 'public' } as Env)
    const answer = await api.call('POST', '/api/v1/destinations', body)
    expect([answer.status, answer.json.errors?.[0]?.path]).toEqual([status, path])
  })

  test('belong to their workspace: to another they do not exist', async () => {
    const [mine, other] = [await aCaller(), await aCaller()]
    const { json } = await mine.api.call('POST', '/api/v1/destinations', hook)
    const path = `/api/v1/destinations/${json.id}`
    for (const [method, at, body] of [
      ['GET', path],
      ['PUT', path, { name: 'x' }],
      ['DELETE', path],
      ['GET', `${path}/deliveries`],
      ['POST', `${path}/preview`, {}],
    ] as const)
      expect([method, at, (await other.api.call(method, at, body)).status]).toEqual([method, at, 404])
    expect((await other.api.call('GET', '/api/v1/destinations')).json.destinations).toEqual([])
    expect((await mine.api.call('GET', path)).status).toBe(200)
  })

  test('a segment that a destination reads is not deleted', async () => {
    const { api } = await aCaller()
    await api.call('POST', '/api/v1/destinations', { ...hook, filter: { segments: ['vip'] } })
    const answer = await api.call('DELETE', '/api/v1/segments/vip')
    expect([answer.status, answer.text]).toEqual([409, expect.stringContaining('destination CRM')])
  })

  test('keeps a secret that is named by its hint, and refuses a hint of another', async () => {
    const { api } = await aCaller()
    const { json } = await api.call('POST', '/api/v1/destinations', hook)
    const path = `/api/v1/destinations/${json.id}`
    const put = (secret: unknown) => api.call('PUT', path, { settings: { secret } })
    expect((await put({ last4: SECRET.slice(-4) })).status).toBe(200)
    expect((await put({ last4: 'none' })).json.errors[0].path).toBe('settings.secret')
    expect((await put(null)).json.errors[0].path).toBe('settings.secret')
    expect((await put('another secret, and a longer one')).json.settings.secret).toEqual({ last4: ' one' })
  })
})
