import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { ProfileObject } from '../../durable-objects/profile-object.ts'
import { identityStub, profileStub } from '../../platform/stubs.ts'
import type { CanonicalId } from '../../shared/kernel/id.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { apiClient } from '../support/api-client.ts'
import { aMessage, aWorkspace, deliver, ledgerOf, locate, meterOf, profileOf, settled } from '../support/workspace.ts'

const track = (fields: JsonObject, name = 'Click') => ({ type: 'track', event: name, ...fields })
const identify = (fields: JsonObject, traits: JsonObject = {}) => ({ type: 'identify', traits, ...fields })
const ids = (profile: { identifiers: readonly { type: string; value: string }[] }) =>
  profile.identifiers.map(({ type, value }) => `${type}:${value}`).sort()

/** A laptop and a phone that a login made one person. */
async function aMergedPerson() {
  const ws = await aWorkspace()
  const api = await apiClient(ws)
  await deliver([aMessage(ws, [track({ anonymousId: 'phone' }), track({ anonymousId: 'phone' })])])
  await deliver([aMessage(ws, [track({ anonymousId: 'laptop' }, 'Order')])])
  const phone = (await locate(ws, 'anonymous_id', 'phone')) as CanonicalId
  const laptop = (await locate(ws, 'anonymous_id', 'laptop')) as CanonicalId
  await deliver([aMessage(ws, [identify({ anonymousId: 'phone', userId: 'u1' }, { plan: 'pro' })])])
  await deliver([aMessage(ws, [identify({ anonymousId: 'laptop', userId: 'u1' }, { city: 'Lodz' })])])
  await settled(ws)
  const identity = await api('GET', '/profiles/user_id:u1/identity')
  return { ws, api, phone, laptop, mergeId: identity.body.merges[0].mergeId as string }
}

describe('undoing a merge over the API', () => {
  test('shows first what it would give, then gives it', async () => {
    const { api, phone, laptop, mergeId } = await aMergedPerson()
    const preview = await api('POST', '/profiles/user_id:u1/unmerge', { mergeId, preview: true })
    expect(preview).toMatchObject({ status: 200, body: { left: { id: phone }, right: { id: laptop } } })
    expect((await api('GET', '/profiles/anonymous_id:laptop')).body.id).toBe(phone)

    const { status, body } = await api('POST', '/profiles/user_id:u1/unmerge', { mergeId })
    expect(status).toBe(200)
    expect(body.left).toMatchObject({ id: phone, eventCounts: { Click: 2 }, mergedIds: [] })
    expect(body.right).toMatchObject({ id: laptop, eventCounts: { Order: 1 } })
    expect(ids(body.left)).toEqual(['anonymous_id:phone', 'user_id:u1'])
    expect(ids(body.right)).toEqual(['anonymous_id:laptop'])
    const { version: _, ...left } = body.left
    expect(preview.body.left).toMatchObject({ ...left, version: expect.any(Number) })
    expect(ids(preview.body.right)).toEqual(ids(body.right))
    expect((await api('GET', '/profiles/anonymous_id:laptop')).body.id).toBe(laptop)
  })

  test('holds against the same message again, and events go to their own side', async () => {
    const { ws, api, phone, laptop, mergeId } = await aMergedPerson()
    await api('POST', `/profiles/${laptop}/unmerge`, { mergeId })
    await deliver([aMessage(ws, [identify({ anonymousId: 'laptop', userId: 'u1' }), track({ anonymousId: 'laptop' })])])
    expect((await profileOf(ws, 'user_id', 'u1')).id).toBe(phone)
    expect((await profileOf(ws, 'anonymous_id', 'laptop')).eventCounts).toEqual({ Click: 1, Order: 1 })
    expect((await meterOf(ws)).counts['refused_link:apart']).toBe(1)
    const lines = [...(await ledgerOf(ws)).values()]
    expect(lines.filter((line) => line['refusedLinks'])).toMatchObject([{ refusedLinks: ['apart'] }])
  })

  test('twice is 409, a merge of somebody else or of nobody 404, and both say so', async () => {
    const { api, mergeId } = await aMergedPerson()
    await api('POST', '/profiles/user_id:u1/unmerge', { mergeId })
    expect(await api('POST', '/profiles/user_id:u1/unmerge', { mergeId })).toMatchObject({
      status: 409,
      body: { code: 'conflict', detail: 'the merge was undone already' },
    })
    for (const wrong of ['mrg_999', 'nonsense', 'mrg_0', ''])
      expect((await api('POST', '/profiles/user_id:u1/unmerge', { mergeId: wrong })).status).toBe(404)
    const merges = (await api('GET', '/profiles/user_id:u1/identity')).body.merges
    expect(merges).toMatchObject([{ mergeId, undoneAt: expect.any(String) }])
  })

  test('the unmerged may be merged with a third, and everybody keeps what is theirs', async () => {
    const { ws, api, phone, laptop, mergeId } = await aMergedPerson()
    await api('POST', '/profiles/user_id:u1/unmerge', { mergeId })
    await deliver([aMessage(ws, [identify({ anonymousId: 'laptop', userId: 'u2' })])])
    await deliver([aMessage(ws, [identify({ userId: 'u3', anonymousId: 'tv' }, { city: 'Ghent' })])])
    const merged = await api('POST', '/profiles/user_id:u2/merge', { with: 'user_id:u3' })
    expect(merged).toMatchObject({ status: 200, body: { id: laptop, traits: { city: 'Ghent' } } })
    expect(ids(merged.body)).toEqual(['anonymous_id:laptop', 'anonymous_id:tv', 'user_id:u2', 'user_id:u3'])
    expect((await profileOf(ws, 'user_id', 'u1')).id).toBe(phone)
    const again = (await api('GET', '/profiles/user_id:u3/identity')).body.merges.at(-1).mergeId
    const undone = await api('POST', '/profiles/user_id:u3/unmerge', { mergeId: again })
    expect(ids(undone.body.right)).toEqual(['anonymous_id:tv', 'user_id:u3'])
  })

  test('survives that the graph and both profiles are evicted', async () => {
    const { ws, api, phone, laptop, mergeId } = await aMergedPerson()
    await api('POST', '/profiles/user_id:u1/unmerge', { mergeId })
    for (const stub of [identityStub(env, ws.id), profileStub(env, ws.id, phone), profileStub(env, ws.id, laptop)])
      await evictDurableObject(stub)
    await deliver([aMessage(ws, [track({ anonymousId: 'laptop' }), track({ userId: 'u1' })])])
    expect((await profileOf(ws, 'anonymous_id', 'laptop')).eventCounts).toEqual({ Click: 1, Order: 1 })
    expect((await profileOf(ws, 'user_id', 'u1')).eventCounts).toEqual({ Click: 3 })
  })
})

describe('an operation that is interrupted', () => {
  const steps = ['letGo', 'goLive', 'confirm'] as const

  test.each(steps)('while it splits, at %s, is resumed by the alarm, and nothing is lost or doubled', async (step) => {
    const { ws, api, mergeId } = await aMergedPerson()
    const real = ProfileObject.prototype[step] as (...args: never[]) => Promise<unknown>
    let broken = 0
    // The step is done, and the caller never hears of it: the hardest place to die.
    const failing = async function (this: ProfileObject, ...args: never[]) {
      const answer = await real.apply(this, args)
      if (broken++ === 0) throw new Error('the machine went away')
      return answer
    }
    Object.assign(ProfileObject.prototype, { [step]: failing })
    try {
      expect((await api('POST', '/profiles/user_id:u1/unmerge', { mergeId })).status).toBe(500)
      // In between, whose events these are is not known: they wait, and who asks has it gone on with.
      const { acked, retried } = await deliver([aMessage(ws, [track({ anonymousId: 'laptop', messageId: 'while' })])])
      expect([...acked, ...retried]).toHaveLength(1)
    } finally {
      Object.assign(ProfileObject.prototype, { [step]: real })
    }
    await evictDurableObject(identityStub(env, ws.id))
    await runDurableObjectAlarm(identityStub(env, ws.id))
    await settled(ws)
    await deliver([aMessage(ws, [track({ anonymousId: 'laptop', messageId: 'while' })])])
    expect((await profileOf(ws, 'anonymous_id', 'laptop')).eventCounts).toEqual({ Click: 1, Order: 1 })
    expect((await profileOf(ws, 'user_id', 'u1')).eventCounts).toEqual({ Click: 2 })
    expect((await api('POST', '/profiles/user_id:u1/unmerge', { mergeId })).status).toBe(409)
  })
})

describe('saying who is who', () => {
  test('merging by hand passes over limits; with oneself, twice, or with nobody it is refused', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    await deliver([aMessage(ws, [track({ userId: 'a' }), track({ userId: 'b' })])])
    expect((await api('POST', '/profiles/user_id:a/merge', { with: 'user_id:b' })).status).toBe(200)
    for (const other of ['user_id:b', 'user_id:a'])
      expect(await api('POST', '/profiles/user_id:a/merge', { with: other })).toMatchObject({
        status: 409,
        body: { detail: 'they are one person already' },
      })
    expect((await api('POST', '/profiles/user_id:a/merge', { with: 'user_id:nobody' })).status).toBe(404)
    expect(await api('POST', '/profiles/user_id:a/merge', { whit: 'x' })).toMatchObject({
      status: 400,
      body: { errors: expect.arrayContaining([expect.objectContaining({ path: 'with' })]) },
    })
  })

  test('two who are kept apart are not joined by what they share', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    await deliver([aMessage(ws, [track({ anonymousId: 'a' }), track({ anonymousId: 'b' })])])
    expect((await api('POST', '/profiles/anonymous_id:a/keep-apart', { from: 'anonymous_id:b' })).status).toBe(200)
    const email = (anonymousId: string) => aMessage(ws, [identify({ anonymousId }, { email: 'one@example.com' })])
    await deliver([email('a')])
    await deliver([email('b')])
    expect((await profileOf(ws, 'anonymous_id', 'a')).id).not.toBe((await profileOf(ws, 'anonymous_id', 'b')).id)
  })

  test('why are these one person? the shortest chain of links, a decision among them', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    await deliver([
      aMessage(ws, [
        identify({ userId: 'u', anonymousId: 'x' }, { email: 'Ann@Example.com' }),
        track({ anonymousId: 'y' }),
      ]),
    ])
    await api('POST', '/profiles/user_id:u/merge', { with: 'anonymous_id:y' })
    const why = await api('GET', '/profiles/user_id:u/identity?from=email:ann@example.com&to=anonymous_id:y')
    expect(why.body.path.map((link: { cause: { kind: string } }) => link.cause.kind)).toContain('person')
    expect(why.body.path.length).toBeLessThanOrEqual(2)
    expect((await api('GET', '/profiles/user_id:u/identity?from=user_id:u&to=user_id:z')).body.path).toBeNull()
    expect((await api('GET', '/profiles/user_id:u/identity?from=user_id:u')).status).toBe(400)
  })

  test('nothing of it is possible for another workspace, or without the scope', async () => {
    const { ws, mergeId } = await aMergedPerson()
    const rival = await apiClient(await aWorkspace())
    const reader = await apiClient(ws, ['profiles:read'])
    for (const [path, body] of [
      ['/profiles/user_id:u1/merge', { with: 'user_id:u1' }],
      ['/profiles/user_id:u1/unmerge', { mergeId }],
      ['/profiles/user_id:u1/keep-apart', { from: 'user_id:u1' }],
    ] as const) {
      expect((await rival('POST', path, body)).status).toBe(404)
      expect((await reader('POST', path, body)).status).toBe(403)
    }
    expect((await rival('DELETE', '/profiles/user_id:u1')).status).toBe(404)
    expect((await reader('DELETE', '/profiles/user_id:u1')).status).toBe(403)
  })
})

describe('the rules of a workspace', () => {
  test('tightened, they split nobody, and say how many exceed them', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    for (let i = 0; i < 3; i++)
      await deliver([aMessage(ws, [identify({ userId: 'u' }, { email: `${i}@example.com` })])])
    const changed = await api('PATCH', '/workspace', { identity: { types: { email: { limit: 2 } } } })
    expect(changed).toMatchObject({
      status: 200,
      body: {
        exceeding: { profiles: 1, types: { email: 1 }, exact: true },
        identifierTypes: { email: { priority: 20, limit: 2 } },
      },
    })
    expect(ids(await profileOf(ws, 'user_id', 'u')).length).toBe(4)
    expect(
      (await api('PATCH', '/workspace', { identity: { types: { email: null } } })).body.identifierTypes.email.limit,
    ).toBe(5)
    expect(await api('PATCH', '/workspace', { identity: { types: { email: { limit: 0 } } } })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'identity.types.email.limit' }] },
    })
  })

  test('a phone number without its country is of the country the workspace says', async () => {
    const ws = await aWorkspace({ identity: { defaultCountry: 'DE' } })
    const api = await apiClient(ws)
    await deliver([aMessage(ws, [identify({ userId: 'u' }, { phone: '030 901820' })])])
    const profile = await profileOf(ws, 'user_id', 'u')
    expect(ids(profile)).toContain('phone:030 901820')
    for (const ref of ['phone:+4930901820', 'phone:030 90 18 20', 'phone:0049 30 901820'])
      expect((await api('GET', `/profiles/${encodeURIComponent(ref)}`)).body.id).toBe(profile.id)
  })

  test('a device that changes hands belongs to whoever used it last, when the workspace wants that', async () => {
    for (const [sharedDevice, owner] of [
      ['stay', 'A'],
      ['move', 'B'],
    ] as const) {
      const ws = await aWorkspace({ identity: { sharedDevice } })
      await deliver([aMessage(ws, [identify({ userId: 'A', anonymousId: 'tv' })])])
      await deliver([aMessage(ws, [identify({ userId: 'B', anonymousId: 'tv' }), track({ anonymousId: 'tv' })])])
      expect((await profileOf(ws, 'user_id', 'B')).id).not.toBe((await profileOf(ws, 'user_id', 'A')).id)
      expect((await profileOf(ws, 'user_id', owner)).eventCounts).toEqual({ Click: 1 })
    }
  })
})

describe('odd identifiers', () => {
  test('each has its defined answer', async () => {
    const ws = await aWorkspace()
    const long = 'x'.repeat(10_000)
    await deliver([
      aMessage(ws, [
        track({ userId: long }),
        track({ userId: '[object Object]' }),
        track({ userId: 12345 }),
        track({ userId: '\u{1f600}\u{1f468}\u200d\u{1f469}' }),
        track({ userId: 'Ame\u0301lie' }),
        track({ userId: 'Am\u00e9lie' }, 'Order'),
        track({ userId: '\u0645\u0631\u062d\u0628\u0627' }),
        { type: 'alias', userId: 'self', previousId: 'self' },
      ]),
    ])
    const lines = [...(await ledgerOf(ws)).values()]
    expect(lines.map((line) => [line['outcome'], line['reason'] ?? null])).toEqual([
      ['rejected', 'id_too_long'],
      ['dropped', 'no_usable_identifier'],
      ...Array.from({ length: 6 }, () => ['applied', null]),
    ])
    // One text is one identifier, however its accents were typed.
    expect((await profileOf(ws, 'user_id', 'Am\u00e9lie')).eventCounts).toEqual({ Click: 1, Order: 1 })
    expect((await profileOf(ws, 'user_id', '12345')).eventCounts).toEqual({ Click: 1 })
    expect((await profileOf(ws, 'user_id', 'self')).mergedIds).toEqual([])
  })

  test('a circle of aliases ends with one person for anonymous ids, and with nobody united for user ids', async () => {
    const ws = await aWorkspace()
    const alias = (userId: string, previousId: string) => ({ type: 'alias', userId, previousId })
    await deliver([aMessage(ws, [track({ userId: 'a' }), track({ userId: 'b' }), track({ userId: 'c' })])])
    await deliver([aMessage(ws, [alias('a', 'b'), alias('b', 'c'), alias('c', 'a')])])
    const people = await Promise.all(['a', 'b', 'c'].map((user) => profileOf(ws, 'user_id', user)))
    expect(new Set(people.map(({ id }) => id)).size).toBe(3)
    expect((await meterOf(ws)).counts['refused_link:limit']).toBe(3)
  })
})
