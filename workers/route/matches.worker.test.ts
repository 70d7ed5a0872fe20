import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { ConfigStore } from '../../platform/config-store.ts'
import { forgetProfile } from '../../platform/match-forget.ts'
import { personOf } from '../../platform/match-index.ts'
import { modelOf } from '../../platform/match-model.ts'
import { MATCH_SHARDS, matchStub } from '../../platform/stubs.ts'
import { learnWhenGrown } from '../../queues/match-learning.ts'
import { matchMessage } from '../../queues/match-messages.ts'
import { matchProfiles } from '../../queues/match-profiles.ts'
import type { WorkspaceConfig } from '../../shared/config/workspace-config.ts'
import { type CanonicalId, canonicalId } from '../../shared/kernel/id.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { personFields } from '../../shared/matching/person-fields.ts'
import { type ApiClient, apiClient } from '../../test/support/api-client.ts'
import { runJobs } from '../../test/support/run-jobs.ts'
import { aMessage, aWorkspace, deliver, locate, settled, type TestWorkspace } from '../../test/support/workspace.ts'

/** Matching by likeness, from the events of two people to the decision about them. */
const ANNA = {
  firstName: 'Anna',
  lastName: 'Karlsson',
  birthday: '1984-03-12',
  address: { street: 'Storgatan 5', postalCode: '11455', city: 'Stockholm' },
}
const ANNA_MISTYPED = { ...ANNA, firstName: 'Ana', address: { ...ANNA.address, street: 'Storgatan 5a' } }
/** Of her family: the same name, house and telephone, another given name and birthday. */
const BJORN = { ...ANNA, firstName: 'Björn', birthday: '1981-11-30' }

interface Story {
  readonly ws: TestWorkspace
  readonly api: ApiClient
  readonly config: WorkspaceConfig
}

async function aStory(mode: string, matching: JsonObject = {}): Promise<Story> {
  const ws = await aWorkspace({ identity: { matching: { mode, ...matching } } })
  const config = await new ConfigStore(env.DB).workspace(ws.id)
  if (typeof config === 'string') throw new Error(config)
  return { ws, config, api: await apiClient(ws) }
}

async function arrives({ ws }: Story, anonymousId: string, traits: JsonObject, more: JsonObject = {}) {
  await deliver([aMessage(ws, [{ type: 'identify', anonymousId, traits, ...more }])])
  await settled(ws)
  return (await locate(ws, 'anonymous_id', anonymousId)) as CanonicalId
}

/** Two people, matched in the order they came. */
async function twoPeople(story: Story, first: JsonObject = ANNA, second: JsonObject = ANNA_MISTYPED) {
  const a = await arrives(story, 'laptop', first)
  const b = await arrives(story, 'phone', second)
  await matchProfiles(env, story.config, [a], Date.now())
  await matchProfiles(env, story.config, [b], Date.now())
  return { a, b }
}

const openMatches = async ({ api }: Story) => (await api('GET', '/matches')).body.matches

describe('two people with nearly the same name, birthday and address', () => {
  test('come to the review queue by themselves, off the events', async () => {
    const story = await aStory('review')
    const a = await arrives(story, 'laptop', ANNA)
    const b = await arrives(story, 'phone', ANNA_MISTYPED)
    for (let tries = 0; tries < 200 && (await openMatches(story)).length === 0; tries++) {
      await new Promise((resume) => setTimeout(resume, 50))
    }
    const [match] = await openMatches(story)
    expect(match).toMatchObject({ state: 'open', profiles: [a, b].sort(), modelVersion: 0, decidedBy: null })
  })

  test('are proposed with the weight and both values of every field', async () => {
    const story = await aStory('review')
    const { a, b } = await twoPeople(story)
    const [match, ...rest] = await openMatches(story)
    expect(rest).toEqual([])
    expect(match).toMatchObject({ profiles: [a, b].sort(), state: 'open' })
    expect(match.probability).toBeGreaterThan(0.9)
    const fields = new Map(match.fields.map((field: { field: string }) => [field.field, field]))
    expect(fields.get('date')).toMatchObject({ level: 'exact', values: ['1984-03-12', '1984-03-12'] })
    expect(fields.get('given')).toMatchObject({ level: 'near', values: expect.arrayContaining(['Anna', 'Ana']) })
    expect((await story.api('GET', `/matches/${match.id}`)).body).toEqual(match)
    expect((await story.api('GET', '/matches/mat_nobody')).status).toBe(404)
  })

  test('are one person once somebody accepts, and accepting again answers the same', async () => {
    const story = await aStory('review')
    const { a, b } = await twoPeople(story)
    const [match] = await openMatches(story)
    const accepted = await story.api('POST', `/matches/${match.id}/accept`)
    expect(accepted.status).toBe(200)
    expect(accepted.body).toMatchObject({ state: 'accepted', outcome: 'merged', decidedBy: expect.any(String) })
    expect(await locate(story.ws, 'anonymous_id', 'phone')).toBe([a, b].sort()[0])
    expect(await locate(story.ws, 'anonymous_id', 'laptop')).toBe([a, b].sort()[0])
    expect((await story.api('POST', `/matches/${match.id}/accept`)).body).toMatchObject({
      state: 'accepted',
      outcome: 'already_one',
      mergeId: accepted.body.mergeId,
    })
    expect((await story.api('POST', `/matches/${match.id}/reject`)).status).toBe(409)
    expect(await openMatches(story)).toEqual([])
    const { results } = await env.DB.prepare('SELECT act FROM audit WHERE workspace = ?').bind(story.ws.id).all()
    expect(results.map(({ act }) => act)).toEqual(['acceptMatch'])
  })

  test('are never proposed again once somebody rejects', async () => {
    const story = await aStory('automatic', { mergeAbove: 1 })
    const { a, b } = await twoPeople(story)
    const [match] = await openMatches(story)
    const rejected = await story.api('POST', `/matches/${match.id}/reject`)
    expect(rejected.body).toMatchObject({ state: 'rejected' })
    expect((await story.api('POST', `/matches/${match.id}/reject`)).body).toMatchObject({ state: 'rejected' })
    const eager = { ...story.config, settings: { ...story.config.settings } }
    eager.settings.identity = {
      ...eager.settings.identity,
      matching: { ...eager.settings.identity.matching, mergeAbove: 0.5 },
    }
    await matchProfiles(env, eager, [a, b], Date.now())
    expect(await openMatches(story)).toEqual([])
    expect(await locate(story.ws, 'anonymous_id', 'phone')).toBe(b)
  })

  test('are joined by the rule in mode automatic', async () => {
    const story = await aStory('automatic', { mergeAbove: 0.9 })
    const { a, b } = await twoPeople(story)
    expect(await locate(story.ws, 'anonymous_id', 'phone')).toBe([a, b].sort()[0])
    const { matches } = (await story.api('GET', '/matches?state=accepted')).body
    expect(matches).toMatchObject([{ decidedBy: 'rule:matching', mergeId: expect.stringMatching(/^mrg_/) }])
  })

  test('are not joined by the rule when they are two users', async () => {
    const story = await aStory('automatic', { mergeAbove: 0.5 })
    const a = await arrives(story, 'laptop', ANNA, { userId: 'u1' })
    const b = await arrives(story, 'phone', ANNA_MISTYPED, { userId: 'u2' })
    await matchProfiles(env, story.config, [a, b], Date.now())
    expect(await locate(story.ws, 'user_id', 'u2')).toBe(b)
    expect(await openMatches(story)).toHaveLength(1)
  })

  test('are nobody to another workspace, nor to a token without the scope', async () => {
    const story = await aStory('review')
    await twoPeople(story)
    const [match] = await openMatches(story)
    const stranger = await apiClient(await aWorkspace())
    expect((await stranger('GET', '/matches')).body.matches).toEqual([])
    for (const act of ['accept', 'reject']) {
      expect((await stranger('POST', `/matches/${match.id}/${act}`)).status).toBe(404)
    }
    const reader = await apiClient(story.ws, ['identity:read'])
    expect((await reader('GET', '/matches')).status).toBe(200)
    expect((await reader('POST', `/matches/${match.id}/accept`)).status).toBe(403)
  })
})

test('a family under one roof is not one person', async () => {
  const story = await aStory('automatic', { mergeAbove: 0.5 })
  const { a, b } = await twoPeople(story, ANNA, BJORN)
  expect(await locate(story.ws, 'anonymous_id', 'phone')).toBe(b)
  expect(await locate(story.ws, 'anonymous_id', 'laptop')).toBe(a)
  expect(await openMatches(story)).toEqual([])
})

test('with matching off nothing is indexed', async () => {
  const story = await aStory('off')
  const { a } = await twoPeople(story)
  expect(await personOf(env, story.ws.id, a)).toBeUndefined()
})

test('a field that changes replaces what was indexed, and withdraws what no longer holds', async () => {
  const story = await aStory('review')
  const { a, b } = await twoPeople(story)
  expect(await openMatches(story)).toHaveLength(1)
  const before = await personOf(env, story.ws.id, b)
  await arrives(story, 'phone', {
    firstName: 'Greta',
    lastName: 'Oberhauser',
    birthday: '1999-12-01',
    address: { street: 'Lindenweg 77', postalCode: '50733', city: 'Köln' },
  })
  await matchProfiles(env, story.config, [b], Date.now())
  const after = await personOf(env, story.ws.id, b)
  expect(after?.keys.filter((key) => before?.keys.includes(key))).toEqual([])
  expect(await openMatches(story)).toEqual([])
  expect((await personOf(env, story.ws.id, a))?.records).toHaveLength(1)
})

test('who is forgotten is in no block, no pair and no record', async () => {
  const story = await aStory('review')
  const { a } = await twoPeople(story)
  expect(await forgetProfile(env, story.ws.id, a)).toBe(2)
  expect(await openMatches(story)).toEqual([])
  expect(await personOf(env, story.ws.id, a)).toBeUndefined()
  expect(await forgetProfile(env, story.ws.id, a)).toBe(0)
  const counts = await Promise.all(MATCH_SHARDS.map((shard) => matchStub(env, story.ws.id, shard).count()))
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1)
})

test('what was merged is compared on the whole, and what is taken out again is not', async () => {
  const story = await aStory('review')
  const { a, b } = await twoPeople(story)
  const [match] = await openMatches(story)
  const { mergeId } = (await story.api('POST', `/matches/${match.id}/accept`)).body
  const [winner, loser] = [a, b].sort() as [CanonicalId, CanonicalId]
  expect((await personOf(env, story.ws.id, winner))?.records.map(({ from }) => from).sort()).toEqual([winner, loser])
  expect(await personOf(env, story.ws.id, loser)).toBeUndefined()
  expect((await story.api('POST', `/profiles/${winner}/unmerge`, { mergeId })).status).toBe(200)
  await settled(story.ws)
  await matchMessage(
    env,
    { v: 1, workspace: story.ws.id, profiles: [{ id: winner, change: 'unmerged', other: loser }] },
    Date.now(),
  )
  expect((await personOf(env, story.ws.id, winner))?.records.map(({ from }) => from)).toEqual([winner])
  expect((await personOf(env, story.ws.id, loser))?.records.map(({ from }) => from)).toEqual([loser])
})

test('turning matching on looks at everybody who is there already', async () => {
  const story = await aStory('off')
  await arrives(story, 'laptop', ANNA)
  await arrives(story, 'phone', ANNA_MISTYPED)
  const changed = await story.api('PATCH', '/workspace', {
    identity: { matching: { mode: 'review', reviewAbove: 0.6 } },
  })
  expect(changed.body.settings.identity.matching).toMatchObject({ mode: 'review', reviewAbove: 0.6, mergeAbove: 0.98 })
  await runJobs(story.ws)
  expect(await openMatches(story)).toHaveLength(1)
})

test('settings that make no sense are refused by name', async () => {
  const { api } = await aStory('off')
  for (const [matching, name] of [
    [{ mode: 'always' }, 'mode'],
    [{ mergeAbove: 0.2 }, 'mergeAbove'],
    [{ fields: { plan: 'colour' } }, 'fields'],
    [{ speed: 3 }, 'matching'],
  ] as const) {
    const { status, body } = await api('PATCH', '/workspace', { identity: { matching } })
    expect(status).toBe(400)
    expect(JSON.stringify(body)).toContain(name)
  }
})

test('the weights are learned from the index once there are people enough, and named in what they judge', async () => {
  const story = await aStory('review')
  const fields = personFields(story.config.settings.identity.matching.fields)
  const [given, surnames] = [
    ['Anna', 'Peter', 'Clara', 'Otto', 'Ruth'],
    ['Brandt', 'Keller', 'Novak', 'Rossi'],
  ]
  for (let i = 0; i < 400; i++) {
    const id = canonicalId(i, crypto.getRandomValues(new Uint8Array(10)))
    const person = i >> 1
    const values = {
      given: given[person % 5] as string,
      surname: `${surnames[person % 4]}${person % 37}`,
      date: `19${50 + (person % 50)}-0${1 + (person % 9)}-11`,
    }
    const shard = matchStub(env, story.ws.id, MATCH_SHARDS[i % 4] as string)
    await shard.save(id, { fingerprint: fields.fingerprint, records: [{ from: id, values }], keys: [], gone: [] })
  }
  const before = await modelOf(env, story.ws.id, fields, Date.now())
  expect(before.version).toBe(0)
  await learnWhenGrown(env, story.ws.id, fields, before, 100, Date.now())
  await runJobs(story.ws)
  const after = await modelOf(env, story.ws.id, fields, Date.now())
  expect(after.version).toBe(1)
  expect(after.model.records).toBe(400)
  expect(after.model.others).toBeGreaterThan(0.7)
  await learnWhenGrown(env, story.ws.id, fields, after, 150, Date.now())
  const { results } = await env.DB.prepare('SELECT id FROM jobs WHERE workspace = ?').bind(story.ws.id).all()
  expect(results).toHaveLength(1)
  await twoPeople(story)
  expect((await openMatches(story))[0]).toMatchObject({ modelVersion: 1 })
})
