import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { ConfigStore } from '../../platform/config-store.ts'
import { matchProfiles } from '../../queues/match-profiles.ts'
import type { Contract } from '../../shared/contract/contract.ts'
import { contracts } from '../../shared/contract/index.ts'
import { MASK } from '../../shared/masking/mask-text.ts'
import { handleRequest } from '../../workers/handle-request.ts'
import { aTokenOf } from '../support/grant.ts'
import { type Api, apiOf, aToken } from '../support/token.ts'
import { aMessage, aWorkspace, deliver, locate, settled, type TestWorkspace } from '../support/workspace.ts'

/**
 * What an analyst gets of a person, from every operation there is: a new one is tried by being in the list. The canaries are
 * what the person told of herself, in every place where it may stand.
 */
const CANARIES = {
  email: 'zaida@canary-mail.example',
  phone: '+4917198765432',
  firstName: 'Zaidacanary',
  lastName: 'Lovelacanary',
  name: 'Zaidacanary Lovelacanary',
  birthday: '1977-04-23',
  street: 'Canarystrasse 12',
  city: 'Canarytown',
  postalCode: '98765',
  ip: '203.0.113.77',
  loyalty: 'LOY-canary-77',
  plate: 'CA-NARY 77',
  team: 'FC Canary',
} as const
const { email, phone, firstName, lastName, name, birthday, street, city, postalCode, ip, loyalty, plate, team } =
  CANARIES
const TRAITS = { email, phone, firstName, lastName, name, birthday, address: { street, city, postalCode } }

/** Of somebody who is probably the same person, and shares nothing that would join the two at once. */
const { email: _, phone: __, name: ___, ...ALIKE } = TRAITS

let ws: TestWorkspace
let analyst: Api
let admin: Api
let ids: Record<string, string> = {}

beforeAll(async () => {
  ws = await aWorkspace({
    identity: { matching: { mode: 'review', reviewAbove: 0.2 } },
    privacy: { personalNames: ['favouriteTeam'] },
  })
  admin = apiOf((await aToken(ws.id)).text)
  analyst = apiOf((await aTokenOf(ws.id, 'analyst')).text)
  const schema = { type: 'object', properties: { plate: { type: 'string', personal: true } } }
  const plan = {
    name: 'Plan',
    mode: 'observe',
    events: [{ name: 'Canary Seen', version: 1, schema, onViolation: 'allow' }],
  }
  await made('/api/v1/tracking-plans', plan)
  const context = { ip, traits: TRAITS, externalIds: [{ type: 'loyalty', id: loyalty }] }
  const traits = { ...TRAITS, favouriteTeam: team, plan: 'canary_plan' }
  await deliver([
    aMessage(ws, [
      { type: 'identify', userId: 'canary', messageId: 'm-identify', traits, context },
      {
        type: 'track',
        userId: 'canary',
        event: 'Canary Seen',
        messageId: 'm-track',
        properties: { plate, email, note: `of ${email}` },
        context,
      },
      {
        type: 'track',
        userId: 'canary',
        messageId: 'm-rejected',
        properties: { firstName, text: `${lastName} wrote` },
        context,
      },
      {
        type: 'identify',
        anonymousId: 'other-canary',
        messageId: 'm-other',
        traits: { ...ALIKE, firstName: 'Zaidacanari' },
      },
    ]),
  ])
  await settled(ws)
  const condition = { type: 'trait', path: 'address.city', op: 'exists' }
  await made('/api/v1/segments', { key: 'canaries', name: 'Canaries', condition })
  const body = { workspace: ws.id, item: { type: 'identify', userId: 'canary', traits: TRAITS }, text: `from ${ip}` }
  await env.DB.prepare(
    "INSERT INTO dead_letters (workspace, id, message_id, stage, reason, attempts, at, body) VALUES (?, 'dl1', 'm-dead', 'plugins', ?, 5, 1, ?)",
  )
    .bind(ws.id, `it said ${email} is known`, JSON.stringify(body))
    .run()
  const config = await new ConfigStore(env.DB).workspace(ws.id)
  if (typeof config === 'string') throw new Error(config)
  const people = [await locate(ws, 'user_id', 'canary'), await locate(ws, 'anonymous_id', 'other-canary')]
  for (const person of people) await matchProfiles(env, config, [person as never], Date.now())
  const matches = (await admin('GET', '/api/v1/matches')).json['matches'] as { id: string }[]
  ids = {
    ref: 'user_id:canary',
    messageId: 'm-track',
    key: 'canaries',
    id: matches[0]?.id ?? 'dl1',
    profile: people[0] as string,
  }
})

async function made(path: string, body: object) {
  const { status, json } = await admin('POST', path, body)
  expect([status, json]).toEqual([201, json])
}

const condition = { type: 'trait', path: 'lastName', op: 'exists' }
/** What an operation is asked with, where nothing would show nothing. */
const ASKED: Record<string, readonly (readonly [query: string, body?: unknown])[]> = {
  explainProfile: [['', { segment: 'canaries' }]],
  previewSegment: [['', { condition, sample: 5 }]],
  overlapSegments: [['', { keys: ['canaries', 'pro_plan'] }]],
  unmaskProfile: [['', { reason: 'curious' }]],
  readProfile: [['?meta=1']],
  readProfileIdentity: [[`?from=user_id:canary&to=${encodeURIComponent(`email:${email}`)}`]],
  listProfiles: [[''], ['?q=canary'], [`?q=${encodeURIComponent(email)}`]],
  readLineage: [['?messageId=m-track'], ['?table=profiles&key=user_id:canary']],
  listSegmentMembers: [[''], ['?format=csv']],
  listEvents: [[''], [`?profile=${encodeURIComponent(`email:${email}`)}`]],
  checkTrackingPlan: [['', { event: { name: 'Canary Seen', properties: {} } }]],
  previewTransformation: [['', { messageId: 'm-track', steps: [] }]],
}

async function answersOf(api: Api, contract: Contract, more: Readonly<Record<string, string>> = {}) {
  const at: Readonly<Record<string, string>> = { ...ids, ...more }
  const path = contract.path.replace(/\{(\w+)\}/g, (_, part: string) => encodeURIComponent(at[part] ?? 'nothing'))
  const texts: string[] = []
  for (const [query, body] of ASKED[contract.name] ?? [['', contract.body ? {} : undefined]]) {
    const { status, json, text } = await api(contract.method.toUpperCase(), `${path}${query}`, body)
    texts.push(`${status} ${text ?? JSON.stringify(json)}`)
  }
  return texts
}

/** What of a person's own words stands in a text, as JSON or encoded for an address. */
function canariesIn(text: string): readonly string[] {
  return Object.values(CANARIES).filter((one) => text.includes(one) || text.includes(encodeURIComponent(one)))
}

const asked = contracts.filter(({ scope, files }) => scope !== 'write key' && scope !== 'anyone' && !files)
const reads = asked.filter(({ name, method }) => method === 'get' || name in ASKED)

describe('an analyst', () => {
  test.each(asked.map((contract) => [contract.name, contract] as const))('%s shows nobody', async (name, contract) => {
    if (name === 'deleteToken') return
    for (const more of [
      {},
      { id: 'dl1', messageId: 'm-rejected' },
      { ref: `email:${email}`, messageId: 'm-identify' },
    ]) {
      const texts = await answersOf(analyst, contract, more)
      expect(texts.flatMap(canariesIn)).toEqual([])
    }
  })

  test('sees what is not personal, in its shape', async () => {
    const { json, status } = await analyst('GET', `/api/v1/profiles/${ids['profile']}`)
    expect(status).toBe(200)
    expect(json).toMatchObject({
      id: ids['profile'],
      traits: {
        email: `${MASK}@${MASK}`,
        firstName: MASK,
        plan: 'canary_plan',
        birthday: '••••-••-••',
        favouriteTeam: MASK,
        address: { street: MASK, city: MASK },
      },
      identifiers: expect.arrayContaining([
        expect.objectContaining({ type: 'user_id', value: 'canary' }),
        expect.objectContaining({ type: 'email', value: `${MASK}@${MASK}` }),
        expect.objectContaining({ type: 'loyalty', value: MASK }),
      ]),
    })
    const { json: timeline } = await analyst('GET', '/api/v1/profiles/user_id:canary/events')
    expect((timeline['events'] as { name?: string }[]).map(({ name }) => name)).toContain('Canary Seen')
  })

  test('changes nothing, and takes nothing out whole', async () => {
    const writes = asked.filter(({ method, name }) => method !== 'get' && !(name in ASKED))
    const exports = [
      'exportProfile',
      'readLakeFile',
      'listLakePeople',
      'listLakeBronze',
      'readLake',
      'readImportErrors',
    ]
    for (const contract of [...writes, ...reads.filter(({ name }) => exports.includes(name))]) {
      const [text] = await answersOf(analyst, contract)
      expect([contract.name, text?.slice(0, 3)]).toEqual([contract.name, '403'])
    }
  })

  test('is shown by these very calls what an admin sees, without what is personal in it', async () => {
    const shown: string[] = []
    for (const contract of reads) {
      const texts = await answersOf(admin, contract)
      if (texts.flatMap(canariesIn).length > 0) shown.push(contract.name)
    }
    // What the walk above would have found, had nothing been masked.
    expect(shown).toEqual(
      expect.arrayContaining([
        'readProfile',
        'listProfileEvents',
        'readProfileIdentity',
        'exportProfile',
        'unmaskProfile',
        'explainProfile',
        'previewSegment',
        'listProfiles',
        'listMatches',
        'readMatch',
        'listDeadLetters',
        'previewTransformation',
      ]),
    )
  })

  test('with a token of scopes that was made before there were roles sees everything', async () => {
    const old = apiOf((await aToken(ws.id, ['profiles:read'])).text)
    expect((await old('GET', '/api/v1/profiles/user_id:canary')).json).toMatchObject({ traits: { email, firstName } })
  })
})

test('an analyst who watches live events sees them masked as well', async () => {
  const token = await aTokenOf(ws.id, 'analyst')
  const request = new Request('https://t.example/api/v1/events/live', {
    headers: { Upgrade: 'websocket', Authorization: `Bearer ${token.text}` },
  })
  const { webSocket } = await handleRequest(request, env, createExecutionContext())
  if (!webSocket) throw new Error('no WebSocket')
  const heard: string[] = []
  const seen = new Promise<void>((resume) => {
    webSocket.addEventListener('message', ({ data }) => {
      heard.push(String(data))
      if (heard.some((text) => text.includes('m-live'))) resume()
    })
  })
  const hello = new Promise<void>((resume) => webSocket.addEventListener('message', () => resume(), { once: true }))
  webSocket.accept()
  await hello
  const context = { ip, traits: TRAITS }
  await deliver([
    aMessage(ws, [
      {
        type: 'track',
        userId: 'canary',
        event: 'Live',
        messageId: 'm-live',
        properties: { plate, size: 'XL' },
        context,
      },
    ]),
  ])
  await seen
  webSocket.close()
  const text = heard.join('\n')
  expect([canariesIn(text), text.includes('"size":"XL"'), text.includes(MASK)]).toEqual([[], true, true])
})

describe('unmasking one person', () => {
  const path = '/api/v1/profiles/user_id:canary/unmask'

  test('is an admin’s and an operator’s, an analyst’s only where the workspace says so, and always written down', async () => {
    const operator = apiOf((await aTokenOf(ws.id, 'operator')).text)
    expect((await operator('POST', path, { reason: 'a call from her' })).json).toMatchObject({ traits: { email } })
    const refused = await analyst('POST', path, { reason: 'a call from her' })
    expect([refused.status, refused.json['detail']]).toEqual([
      403,
      'this workspace does not let your role see personal values',
    ])
    const [other] = [await aWorkspace({ privacy: { analystsMayUnmask: true } })]
    await deliver([aMessage(other, [{ type: 'identify', userId: 'canary', traits: TRAITS }])])
    const token = await aTokenOf(other.id, 'analyst')
    const allowed = await apiOf(token.text)('POST', path, { reason: 'she called about order 7' })
    expect([allowed.status, allowed.json]).toMatchObject([200, { traits: { email, firstName } }])
    const { results } = await env.DB.prepare('SELECT act, actor, detail FROM audit WHERE workspace = ?')
      .bind(other.id)
      .all()
    expect(results).toEqual([
      { act: 'unmaskProfile', actor: token.id, detail: expect.stringContaining('she called about order 7') },
    ])
    // One look is no key: the next answer is masked again.
    expect((await apiOf(token.text)('GET', '/api/v1/profiles/user_id:canary')).json).toMatchObject({
      traits: { firstName: MASK },
    })
  })

  test.each([{}, { reason: '  ' }, { reason: 'x'.repeat(501) }])('%j is no reason', async (body) => {
    const { status, json } = await admin('POST', path, body)
    expect([status, json['errors']]).toMatchObject([400, [{ path: 'reason' }]])
  })
})

test('while it cannot be read what is personal in a workspace, an analyst is shown nothing', async () => {
  const token = await aTokenOf(ws.id, 'analyst')
  await env.DB.prepare("UPDATE workspaces SET settings = 'no json' WHERE id = ?").bind(ws.id).run()
  try {
    const fresh = { ...env, DB: Object.create(env.DB) as D1Database }
    const request = new Request('https://t.example/api/v1/profiles/user_id:canary', {
      headers: { Authorization: `Bearer ${token.text}` },
    })
    const response = await handleRequest(request, fresh, createExecutionContext())
    expect([response.status, (await response.text()).includes(firstName)]).toEqual([503, false])
  } finally {
    await env.DB.prepare("UPDATE workspaces SET settings = '{}' WHERE id = ?").bind(ws.id).run()
  }
})
