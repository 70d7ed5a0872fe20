import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { ConfigStore } from '../../platform/config-store.ts'
import { sourceOfWriteKey } from '../../platform/hashing.ts'
import { secretKeyOf, sourceOfAppKey } from '../../platform/server-keys.ts'
import { secretsOf } from '../../platform/source-secrets.ts'
import type { SourceConfig } from '../../shared/config/workspace-config.ts'
import { CONNECTORS } from '../../shared/connector/index.ts'
import { SourceDocument } from '../../shared/contract/source-document.ts'
import { type Api, apiOf, aToken } from '../../test/support/token.ts'
import { aMessage, aWorkspace, deliver, type TestWorkspace } from '../../test/support/workspace.ts'

let ws: TestWorkspace
let api: Api

beforeAll(async () => {
  ws = await aWorkspace()
  api = apiOf((await aToken(ws.id)).text)
})

const SECRET = 'whsec_abcdefghijklmnopqrstuvwxyz'

async function made(body: object) {
  const { status, json } = await api('POST', '/api/v1/sources', body)
  expect([status, json]).toEqual([201, expect.anything()])
  return json as unknown as SourceDocument & { secretKey?: string }
}

function fieldsOf(json: Record<string, unknown>): readonly string[] {
  return (json['errors'] as { path: string }[]).map(({ path }) => path)
}

describe('making a source', () => {
  test.each(['web', 'mobile'])('%s: an id and a write key that names it', async (kind) => {
    const source = await made({ name: 'Shop', kind })
    expect(sourceOfWriteKey(env.WRITE_KEY_SECRET, source.writeKey)).toBe(source.id)
    expect(source).toMatchObject({ name: 'Shop', kind, enabled: true, provider: null, settings: {}, version: 1 })
    for (const field of ['appKey', 'secretKey', 'hookUrl']) expect(source).not.toHaveProperty(field)
  })

  test('server: also an app key, and a secret key that is shown once', async () => {
    const source = await made({ name: 'Backend', kind: 'server' })
    expect(sourceOfAppKey(env.WRITE_KEY_SECRET, source.appKey ?? '')).toBe(source.id)
    expect(source.secretKey).toMatch(/^sk_[A-Za-z0-9_-]{43}$/)
    const read = await api('GET', `/api/v1/sources/${source.id}`)
    expect(read.json).toMatchObject({ appKey: source.appKey, writeKey: source.writeKey })
    expect(JSON.stringify(read.json)).not.toContain(source.secretKey)
  })

  test('webhook: also the address that the provider posts to', async () => {
    const source = await made({ name: 'Mail', kind: 'webhook', provider: 'sendgrid' })
    expect(source.hookUrl).toBe(`https://t.example/hooks/sendgrid/${source.id}`)
  })

  test.each(['sendgird', 'whatsapp-chat-of-mine', 'constructor'])(
    'a provider we do not know, %s, is 422',
    async (provider) => {
      const { status, json } = await api('POST', '/api/v1/sources', { name: 'x', kind: 'webhook', provider })
      expect([status, fieldsOf(json), String(json['detail']).includes('sendgrid')]).toEqual([422, ['provider'], true])
    },
  )

  test('a connector of our own may post, too', async () => {
    const streaming = CONNECTORS.filter(({ type }) => type === 'streaming')
    expect(streaming.length).toBeGreaterThan(0)
    for (const { name } of streaming) {
      expect((await made({ name, kind: 'webhook', provider: name })).hookUrl).toContain(`/hooks/${name}/`)
    }
  })

  test.each([
    [{ kind: 'web' }, 'name'],
    [{ name: '  ', kind: 'web' }, 'name'],
    [{ name: 'x', kind: 'fax' }, 'kind'],
    [{ name: 'x', kind: 'webhook' }, 'provider'],
    [{ name: 'x', kind: 'web', provider: 'stripe' }, 'provider'],
    [{ name: 'x', kind: 'webhook', provider: '../v1' }, 'provider'],
    [{ name: 'x', kind: 'web', colour: 'red' }, 'colour'],
    [{ name: 'x', kind: 'web', settings: { secret: 'x' } }, 'settings.secret'],
    [{ name: 'x', kind: 'web', settings: { allowedIps: ['10.0.0.0/33'] } }, 'settings.allowedIps.0'],
    [{ name: 'x', kind: 'web', settings: { allowedIps: ['localhost'] } }, 'settings.allowedIps.0'],
    [{ name: 'x', kind: 'web', settings: { rateLimitPerMinute: 0 } }, 'settings.rateLimitPerMinute'],
    [{ name: 'x', kind: 'web', settings: { publicUrl: 'javascript:alert(1)' } }, 'settings.publicUrl'],
    [{ name: 'x', kind: 'web', settings: { basicAuth: { user: 'a:b', password: 'c' } } }, 'settings.basicAuth.user'],
  ])('%j is refused, naming %s', async (body, field) => {
    const { status, json } = await api('POST', '/api/v1/sources', body)
    expect([status, fieldsOf(json)]).toEqual([400, [field]])
  })
})

describe('the settings of a source', () => {
  test('secrets are kept encrypted, used in the clear, and never read back', async () => {
    const settings = {
      secrets: [SECRET, 'short'],
      basicAuth: { user: 'hook', password: 'a-long-password-123' },
      bearerToken: 'bearer-token-0123456789',
      verifyToken: 'verify-token-0123456789',
      publicUrl: 'https://shop.example/hooks/in?x=1',
      maxAgeSeconds: 300,
    }
    const source = await made({ name: 'Mail', kind: 'webhook', provider: 'resend', settings })
    const shown = {
      secrets: [{ last4: 'wxyz' }, { last4: '' }],
      basicAuth: { user: 'hook' },
      bearerToken: { last4: '6789' },
      verifyToken: { last4: '6789' },
      publicUrl: settings.publicUrl,
      maxAgeSeconds: 300,
    }
    expect(source.settings).toEqual(shown)
    const row = await env.DB.prepare('SELECT * FROM sources WHERE id = ?').bind(source.id).first()
    const audit = await env.DB.prepare("SELECT detail FROM audit WHERE workspace = ? AND act = 'createSource'")
      .bind(ws.id)
      .all()
    const answers = [source, (await api('GET', '/api/v1/sources?limit=200')).json, row, audit.results]
    for (const secret of [SECRET, 'short"', 'a-long-password-123', 'bearer-token-0123456789', 'verify-token-01']) {
      expect(JSON.stringify(answers)).not.toContain(secret)
    }
    const config = (await new ConfigStore(env.DB).source(source.id)) as SourceConfig
    expect(secretsOf(env.IDENTITY_SECRET, config)).toEqual({
      secrets: settings.secrets,
      basicAuth: settings.basicAuth,
      bearerToken: settings.bearerToken,
      verifyToken: settings.verifyToken,
    })
  })

  test('change where they are named, stay where they are not, and go with null', async () => {
    const { id } = await made({ name: 'Mail', kind: 'webhook', provider: 'resend', settings: { secrets: [SECRET] } })
    const first = await api('PUT', `/api/v1/sources/${id}`, { settings: { allowedIps: ['203.0.113.0/24', '::1'] } })
    expect(first.json).toMatchObject({ version: 2, name: 'Mail', settings: { secrets: [{ last4: 'wxyz' }] } })
    const second = await api('PUT', `/api/v1/sources/${id}`, {
      name: 'Post',
      enabled: false,
      provider: 'postmark',
      settings: { secrets: [SECRET, 'whsec_another-long-secret-ABCD'], allowedIps: null },
    })
    expect(second.json).toMatchObject({ version: 3, name: 'Post', enabled: false })
    expect(second.json['settings']).toEqual({ secrets: [{ last4: 'wxyz' }, { last4: 'ABCD' }] })
    expect(second.json['hookUrl']).toBe(`https://t.example/hooks/postmark/${id}`)
    expect((await api('PUT', `/api/v1/sources/${id}`, { settings: { secrets: null } })).json['settings']).toEqual({})
  })

  test.each([
    { name: 'Shop', kind: 'web', settings: { allowedIps: ['10.0.0.1'] } },
    { name: 'Backend', kind: 'server' },
    { name: 'Mail', kind: 'webhook', provider: 'resend', settings: { secrets: [SECRET], verifyToken: SECRET } },
  ])('a document that was read may be sent back as it is: %j', async (body) => {
    const { id } = await made(body)
    const path = `/api/v1/sources/${id}`
    const read = (await api('GET', path)).json
    expect(await api('PUT', path, { ...read, name: 'Renamed' })).toMatchObject({
      status: 200,
      json: { ...read, name: 'Renamed', version: 2 },
    })
  })

  test('changed by several at once is changed by each in full, or not at all', async () => {
    const { id } = await made({ name: 'Mail', kind: 'webhook', provider: 'resend', settings: { secrets: [SECRET] } })
    const path = `/api/v1/sources/${id}`
    const names = ['bearerToken', 'verifyToken', 'maxAgeSeconds', 'rateLimitPerMinute', 'publicUrl'] as const
    const values = {
      bearerToken: SECRET,
      verifyToken: SECRET,
      maxAgeSeconds: 1,
      rateLimitPerMinute: 1,
      publicUrl: 'https://a.b/',
    }
    const answers = await Promise.all(names.map((name) => api('PUT', path, { settings: { [name]: values[name] } })))
    const done = names.filter((_, i) => answers[i]?.status === 200)
    expect(done.length).toBeGreaterThan(0)
    for (const { status } of answers) expect([200, 409]).toContain(status)
    const { settings, version } = (await api('GET', path)).json
    expect([version, Object.keys(settings as object).sort()]).toEqual([1 + done.length, ['secrets', ...done].sort()])
    const { results } = await env.DB.prepare("SELECT detail FROM audit WHERE act = 'updateSource' AND workspace = ?")
      .bind(ws.id)
      .all<{ detail: string }>()
    expect(results.filter(({ detail }) => detail.includes(id))).toHaveLength(done.length)
  })

  test('what was sent in vain is not sent back', async () => {
    const { json } = await api('POST', '/api/v1/sources', {
      name: 'x',
      kind: 'web',
      settings: { secrets: [SECRET, ''], bearerToken: [SECRET], unknown: SECRET },
    })
    expect([json['code'], JSON.stringify(json).includes(SECRET)]).toEqual(['invalid_request', false])
  })

  test.each(['%00', '%F0%9F%92%A9', '%2E%2E', "'%20OR%201=1", 'src_' + 'x'.repeat(2_000), '__proto__'])(
    'the made-up id %s is nobody’s',
    async (id) => {
      for (const method of ['GET', 'DELETE']) {
        expect([400, 404]).toContain((await api(method, `/api/v1/sources/${id}`)).status)
      }
    },
  )

  test('a secret is kept by how it ends; one that is not there is 422 and named', async () => {
    const { id } = await made({ name: 'Mail', kind: 'webhook', provider: 'resend', settings: { secrets: [SECRET] } })
    const path = `/api/v1/sources/${id}`
    const added = await api('PUT', path, { settings: { secrets: ['whsec_a-new-long-secret-NEW1', { last4: 'wxyz' }] } })
    expect(added.json['settings']).toEqual({ secrets: [{ last4: 'NEW1' }, { last4: 'wxyz' }] })
    expect((await api('PUT', path, { settings: added.json['settings'] })).json['settings']).toEqual(
      added.json['settings'],
    )
    const refused = await api('PUT', path, { settings: { secrets: [{ last4: 'none' }] } })
    expect([refused.status, fieldsOf(refused.json)]).toEqual([422, ['settings.secrets.0']])
  })

  test('of a kind that has no provider, none is taken; the kind itself stays', async () => {
    const { id } = await made({ name: 'Shop', kind: 'web' })
    const provider = await api('PUT', `/api/v1/sources/${id}`, { provider: 'stripe' })
    expect([provider.status, fieldsOf(provider.json)]).toEqual([422, ['provider']])
    const kind = await api('PUT', `/api/v1/sources/${id}`, { kind: 'server' })
    expect([kind.status, fieldsOf(kind.json)]).toEqual([422, ['kind']])
  })

  test('a sealed secret of one source cannot be put into the row of another', async () => {
    const [a, b] = [
      await made({ name: 'a', kind: 'web', settings: { secrets: [SECRET] } }),
      await made({ name: 'b', kind: 'web' }),
    ]
    await env.DB.prepare('UPDATE sources SET sealed = (SELECT sealed FROM sources WHERE id = ?) WHERE id = ?')
      .bind(a.id, b.id)
      .run()
    expect((await api('GET', `/api/v1/sources/${b.id}`)).status).toBe(500)
    await env.DB.prepare('DELETE FROM sources WHERE id = ?').bind(b.id).run()
  })
})

describe('the keys of a source', () => {
  test('a rotated write key is a new one, and the old ones live until they are revoked', async () => {
    const source = await made({ name: 'Shop', kind: 'web' })
    const path = `/api/v1/sources/${source.id}`
    const rotated = (await api('POST', `${path}/rotate-key`)).json
    expect(rotated).toMatchObject({ id: source.id, livingWriteKeys: 2, version: 2 })
    expect(rotated['writeKey']).not.toBe(source.writeKey)
    expect(sourceOfWriteKey(env.WRITE_KEY_SECRET, String(rotated['writeKey']))).toBe(source.id)
    expect(rotated).not.toHaveProperty('secretKey')
    const revoked = (await api('POST', `${path}/revoke-old-keys`)).json
    expect(revoked).toMatchObject({ writeKey: rotated['writeKey'], livingWriteKeys: 1 })
    const leaked = (await api('POST', `${path}/rotate-key`, { revokeOld: true })).json
    expect(leaked).toMatchObject({ livingWriteKeys: 1 })
  })

  test('a rotated secret key is shown once; other sources have none', async () => {
    const source = await made({ name: 'Backend', kind: 'server' })
    const path = `/api/v1/sources/${source.id}`
    const { json } = await api('POST', `${path}/rotate-key`, { key: 'secretKey' })
    expect(json).toMatchObject({ livingSecretKeys: 2, livingWriteKeys: 1, appKey: source.appKey })
    expect(json['secretKey']).toBe(secretKeyOf(env.WRITE_KEY_SECRET, source.id, 2))
    expect(json['secretKey']).not.toBe(source.secretKey)
    const web = await made({ name: 'Shop', kind: 'web' })
    const refused = await api('POST', `/api/v1/sources/${web.id}/rotate-key`, { key: 'secretKey' })
    expect([refused.status, fieldsOf(refused.json)]).toEqual([422, ['key']])
  })

  test('there are never more than five at a time', async () => {
    const { id } = await made({ name: 'Shop', kind: 'web' })
    const statuses = []
    for (let i = 0; i < 5; i++) statuses.push((await api('POST', `/api/v1/sources/${id}/rotate-key`)).status)
    expect(statuses).toEqual([200, 200, 200, 200, 409])
  })
})

describe('the list of sources', () => {
  test('comes in pages, and every entry is a document', async () => {
    const other = await aWorkspace()
    const mine = apiOf((await aToken(other.id)).text)
    for (const name of ['a', 'b', 'c']) await mine('POST', '/api/v1/sources', { name, kind: 'server' })
    const names: string[] = []
    let cursor: unknown = null
    do {
      const { json } = await mine('GET', `/api/v1/sources?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`)
      for (const source of json['sources'] as unknown[]) names.push(SourceDocument.parse(source).name)
      cursor = json['cursor']
    } while (cursor !== null)
    expect(names.sort()).toEqual(['a', 'b', 'c', 'web'])
    expect((await mine('GET', '/api/v1/sources?kind=server')).json['sources']).toHaveLength(3)
  })
})

describe('somebody else', () => {
  test('sees, changes, rotates and deletes nothing of ours: 404', async () => {
    const { id } = await made({ name: 'Shop', kind: 'server' })
    const stranger = apiOf((await aToken((await aWorkspace()).id)).text)
    const path = `/api/v1/sources/${id}`
    const tries = [
      await stranger('GET', path),
      await stranger('PUT', path, { name: 'mine' }),
      await stranger('POST', `${path}/rotate-key`, { key: 'secretKey' }),
      await stranger('POST', `${path}/revoke-old-keys`),
      await stranger('DELETE', path),
    ]
    const nothing = await stranger('GET', '/api/v1/sources/src_doesnotexist')
    for (const { status, json } of tries) {
      expect([status, { ...json, requestId: '' }]).toEqual([404, { ...nothing.json, requestId: '' }])
    }
    expect(JSON.stringify((await stranger('GET', '/api/v1/sources')).json)).not.toContain(id)
    expect((await api('GET', path)).json).toMatchObject({ name: 'Shop', version: 1 })
  })

  test('with a token that may only read, changes nothing: 403', async () => {
    const reader = apiOf((await aToken(ws.id, ['sources:read'])).text)
    expect((await reader('GET', '/api/v1/sources')).status).toBe(200)
    expect((await reader('POST', '/api/v1/sources', { name: 'x', kind: 'web' })).status).toBe(403)
    expect((await reader('DELETE', `/api/v1/sources/${ws.source}`)).status).toBe(403)
  })
})

test('deleting a source is 204 once, and in the audit log with who did it', async () => {
  const token = await aToken(ws.id)
  const mine = apiOf(token.text)
  const { id } = await made({ name: 'Shop', kind: 'web' })
  expect((await mine('DELETE', `/api/v1/sources/${id}`)).status).toBe(204)
  expect((await mine('DELETE', `/api/v1/sources/${id}`)).status).toBe(404)
  expect((await mine('GET', `/api/v1/sources/${id}`)).status).toBe(404)
  const { results } = await env.DB.prepare("SELECT actor, detail FROM audit WHERE act = 'deleteSource' AND actor = ?")
    .bind(token.id)
    .all<{ detail: string }>()
  expect(results.map(({ detail }) => JSON.parse(detail))).toEqual([{ sourceId: id }])
})

describe('the statistics of a source', () => {
  test('say what it sent, by hour, and when it was last seen; nothing before it sent', async () => {
    const mine = await aWorkspace()
    const reader = apiOf((await aToken(mine.id)).text)
    const path = `/api/v1/sources/${mine.source}/statistics`
    const nothing = { sourceId: mine.source, lastSeen: null, accepted: 0, rejected: 0, dropped: 0, hours: [] }
    expect((await reader('GET', path)).json).toEqual(nothing)
    const now = Date.now()
    const hourAgo = now - 3_600_000
    const click = { type: 'track', event: 'Click', userId: 'u1' }
    const message = aMessage(mine, [click, { type: 'track', userId: 'u1' }, { ...click, userId: 'null' }], {
      receivedAt: now,
    })
    await deliver([message, aMessage(mine, [click], { receivedAt: hourAgo })])
    await deliver([message]) // a redelivery is no second copy
    const { json } = await reader('GET', path)
    const hour = (at: number) => new Date(at - (at % 3_600_000)).toISOString()
    expect(json).toEqual({
      sourceId: mine.source,
      lastSeen: new Date(now).toISOString(),
      accepted: 3,
      rejected: 1,
      dropped: 1,
      hours: [
        { hour: hour(hourAgo), accepted: 1, rejected: 0, dropped: 0 },
        { hour: hour(now), accepted: 2, rejected: 1, dropped: 1 },
      ],
    })
    expect((await reader('GET', `${path}?hours=1`)).json).toMatchObject({ accepted: 2, hours: [{ hour: hour(now) }] })
    const stranger = apiOf((await aToken((await aWorkspace()).id)).text)
    expect((await stranger('GET', path)).status).toBe(404)
  })
})
