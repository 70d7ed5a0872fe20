import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { audienceStub } from '../platform/stubs.ts'
import type { Telling } from '../shared/audience/document-of.ts'
import { searchQueryOf } from '../shared/audience/search-query.ts'
import type { JsonValue } from '../shared/kernel/json.ts'
import type { Condition } from '../shared/segment/condition.ts'
import type { ProfileDocument } from '../shared/segment/profile-document.ts'
import { aWorkspace } from '../test/support/workspace.ts'

let serial = 0
const aShard = (workspace = `shard-${++serial}`) => audienceStub(env, workspace, 0)
type Shard = ReturnType<typeof aShard>

const idOf = (name: string) => `prf_${name.toUpperCase().padEnd(26, '0')}`

function aDocument(name: string, version: number, parts: Partial<ProfileDocument> = {}): ProfileDocument {
  const empty = { identifiers: {}, counters: {}, memberships: {}, consents: {}, computed: {} }
  return {
    id: idOf(name),
    workspace: 'w',
    version,
    configVersion: 1,
    traits: {},
    ...empty,
    firstSeen: 1,
    lastSeen: 2,
    ...parts,
  }
}

const traits = (values: Record<string, JsonValue>) => ({
  traits: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, at: 1 }])),
})
const gone = (name: string, version: number): Telling => ({ id: idOf(name), workspace: 'w', version, gone: true })
const put = (shard: Shard, ...tellings: Telling[]) => shard.upsert(JSON.stringify(tellings))

async function found(shard: Shard, typed: string, more: { segment?: string; traits?: [string, string][] } = {}) {
  const text = searchQueryOf(typed)
  if (!text) return []
  const rows = await shard.search({ text, segment: more.segment ?? null, traits: more.traits ?? [] }, 0, 100)
  return rows.map(({ id }) => id)
}

test('a later version wins, in whatever order the versions come', async () => {
  const documents = [1, 2, 3].map((v) =>
    aDocument('a', v, { ...traits({ name: `name${v}` }), memberships: { [`s${v}`]: v } }),
  )
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
    [2, 2, 1],
  ]) {
    const shard = aShard()
    for (const i of order) await put(shard, documents[i] as ProfileDocument)
    expect(await found(shard, 'name3')).toEqual([idOf('a')])
    expect(await found(shard, 'name1')).toEqual([])
    expect((await shard.count('s3')).members).toBe(1)
    expect((await shard.count('s1')).members).toBe(0)
    expect(await shard.size()).toBe(1)
  }
})

test('whoever is gone does not come back by an older document, before or after', async () => {
  const shard = aShard()
  await put(shard, gone('late', 5))
  await put(shard, aDocument('late', 4, traits({ name: 'ghost' })))
  await put(shard, aDocument('merged', 4, { ...traits({ name: 'ghost' }), memberships: { s: 1 } }))
  await put(shard, gone('merged', 4))
  await put(shard, aDocument('merged', 4, { configVersion: 9, ...traits({ name: 'ghost' }) }))
  expect(await found(shard, 'ghost')).toEqual([])
  expect((await shard.count('s')).members).toBe(0)
  expect(await shard.size()).toBe(0)
  // A split gives the ID back, and versions go on.
  await put(shard, aDocument('merged', 5, traits({ name: 'alive' })))
  expect(await found(shard, 'alive')).toEqual([idOf('merged')])
})

test('nothing of a person stays in the tables once they are gone', async () => {
  const { runInDurableObject } = await import('cloudflare:test')
  const shard = aShard()
  await put(shard, aDocument('a', 1, { ...traits({ secret: 'xylophone' }), memberships: { s: 1 } }))
  await put(shard, gone('a', 2))
  const left = await runInDurableObject(shard, (_, { storage: { sql } }) => ({
    documents: sql.exec('SELECT count(*) AS n FROM documents WHERE json IS NOT NULL OR text <> 0').one()['n'],
    terms: sql
      .exec(
        "SELECT rowid FROM grams WHERE grams MATCH '\"xyl\"' UNION ALL SELECT rowid FROM words WHERE words MATCH 'xylophone'",
      )
      .toArray().length,
    members: sql.exec('SELECT count(*) AS n FROM memberships').one()['n'],
  }))
  expect(left).toEqual({ documents: 0, terms: 0, members: 0 })
})

test.each([
  ['MÜLLER', true],
  ['muller', true],
  ['ülle', true],
  ['jörg mül', true],
  ['JO', true],
  ['example.com', true],
  ['joerg.m@', true],
  ['(030) 1234', true],
  ['+49 30 123', true],
  ['3012345', true],
  ['berl', true],
  ['örgm', false],
  ['rg mü zz', false],
  ['"', false],
  ['*', false],
  ['mul* OR nobody', false],
  ['name:muller', false],
  ["'; DROP TABLE documents; --", false],
  ['NEAR(a b)', false],
  ['mül"ler', false],
  ['\u0000\u0000\u0000', false],
  ['   ', false],
])('searching for %j finds Jörg Müller: %s', async (typed, isFound) => {
  const shard = aShard()
  const person = { ...traits({ name: 'Jörg Müller', address: { city: 'Berlin' }, age: 31 }) }
  await put(
    shard,
    aDocument('j', 1, { ...person, identifiers: { email: ['joerg.m@example.com'], phone: ['+49 30 1234567'] } }),
  )
  await put(shard, aDocument('k', 1, traits({ name: 'Somebody Else' })))
  const ids = await found(shard, typed)
  expect(ids.includes(idOf('j'))).toBe(isFound)
  // And the tables are still there.
  expect(await found(shard, 'somebody')).toEqual([idOf('k')])
})

test('filters by traits and segment combine with the text', async () => {
  const shard = aShard()
  await put(
    shard,
    aDocument('a', 1, { ...traits({ name: 'Ann', plan: 'pro', vip: true, age: 30 }), memberships: { s: 1 } }),
    aDocument('b', 1, { ...traits({ name: 'Anna', plan: 'pro', vip: false, age: 31, 'odd"name': 'x' }) }),
    aDocument('c', 1, {
      ...traits({ name: 'Annabel', plan: 'free', address: { city: 'Oslo' } }),
      memberships: { s: 1 },
    }),
  )
  expect(await found(shard, 'ann', { traits: [['plan', 'pro']] })).toEqual([idOf('a'), idOf('b')])
  expect(await found(shard, 'ann', { segment: 's' })).toEqual([idOf('a'), idOf('c')])
  expect(await found(shard, 'ann', { segment: 's', traits: [['plan', 'pro']] })).toEqual([idOf('a')])
  expect(await found(shard, 'ann', { traits: [['vip', 'true']] })).toEqual([idOf('a')])
  expect(await found(shard, 'ann', { traits: [['age', '31']] })).toEqual([idOf('b')])
  expect(await found(shard, 'ann', { traits: [['address.city', 'Oslo']] })).toEqual([idOf('c')])
  expect(await found(shard, 'ann', { traits: [['odd"name', 'x']] })).toEqual([])
})

test('whoever is a member all the time is listed exactly once, whatever comes and goes between the pages', async () => {
  const shard = aShard()
  const names = Array.from({ length: 40 }, (_, i) => `p${String(i).padStart(2, '0')}`)
  const member = (name: string, version: number) => aDocument(name, version, { memberships: { s: version } })
  await put(shard, ...names.map((name) => member(name, 1)))
  const listed: string[] = []
  for (let after = 0, round = 2; ; round++) {
    const page = await shard.members('s', after, 7)
    if (page.length === 0) break
    listed.push(...page.map(({ id }) => id))
    after = page.at(-1)?.n ?? 0
    // The even ones change and change back, somebody new comes, and one who was listed goes.
    await put(shard, ...names.filter((_, i) => i % 2 === 0 && i !== 0).map((name) => member(name, round)))
    await put(shard, member(`new${round}`, 1), aDocument(names[0] as string, round))
    if (round > 30) break
  }
  for (const name of names.slice(1)) expect(listed.filter((id) => id === idOf(name))).toHaveLength(1)
  expect(new Set(listed).size).toBe(listed.length)
})

test('members of a segment that was deleted are members again when it comes back', async () => {
  const ws = await aWorkspace({}, { s: { type: 'everyone' } })
  const shard = aShard(ws.id)
  await put(shard, aDocument('a', 1, { memberships: { s: 5 } }))
  const version = async (v: number) =>
    env.DB.prepare('UPDATE workspaces SET config_version = ? WHERE id = ?').bind(v, ws.id).run()
  await env.DB.prepare('DELETE FROM segments WHERE workspace = ?').bind(ws.id).run()
  await version(2)
  await shard.build('s', 2)
  for (let i = 0; i < 5 && (await shard.progress('s')) !== null; i++) await runDurableObjectAlarm(shard)
  expect((await shard.count('s')).members).toBe(0)
  await put(shard, aDocument('a', 2, { configVersion: 3, memberships: { s: 5 } }))
  expect((await shard.count('s')).members).toBe(1)
})

test('who came and went in the last day is counted; whom a shard is filled with is not', async () => {
  const shard = aShard()
  const now = Date.now()
  const member = (name: string, version: number, since?: number) =>
    aDocument(name, version, since === undefined ? {} : { memberships: { s: since } })
  await put(shard, member('old', 1, 5), member('new', 1, now), member('a', 1), member('b', 1, now))
  await put(shard, member('a', 2, 5), member('b', 2))
  await put(shard, gone('new', 2))
  expect(await shard.count('s')).toEqual({ members: 2, entered: 3, exited: 2 })
})

test('how many are in all of some segments', async () => {
  const shard = aShard()
  const inAll = (name: string, ...keys: string[]) =>
    aDocument(name, 1, { memberships: Object.fromEntries(keys.map((key) => [key, 1])) })
  await put(shard, inAll('a', 'x'), inAll('b', 'x', 'y'), inAll('c', 'x', 'y', 'z'), inAll('d', 'other'))
  expect(new Map(await shard.maskCounts(['x', 'y', 'z']))).toEqual(
    new Map([
      [1, 1],
      [3, 1],
      [7, 1],
    ]),
  )
})

test('a trait whose name no path can say is still read', async () => {
  const ws = await aWorkspace()
  const shard = aShard(ws.id)
  await put(shard, aDocument('a', 1, traits({ 'say "hi"': 'x' })), aDocument('b', 1, traits({ 'say "hi"': 'y' })))
  const condition: Condition = { type: 'trait', path: 'say "hi"', op: 'eq', value: 'x' }
  expect(await shard.preview({ condition, configVersion: 0, percentiles: {}, now: Date.now() }, 5)).toMatchObject({
    in: 1,
    unknown: 0,
    sample: [idOf('a')],
  })
})

test('a build goes on where it was when the object was evicted', async () => {
  const ws = await aWorkspace({}, { pros: { type: 'trait', path: 'plan', op: 'eq', value: 'pro' } })
  const shard = aShard(ws.id)
  await put(shard, ...Array.from({ length: 50 }, (_, i) => aDocument(`p${i + 100}`, 1, traits({ plan: 'free' }))))
  await shard.build('pros', 1)
  await evictDurableObject(shard)
  expect(await shard.progress('pros')).toMatchObject({ generation: 1, total: 50 })
  for (let i = 0; i < 5 && (await shard.progress('pros'))?.endedAt === null; i++) await runDurableObjectAlarm(shard)
  const progress = await shard.progress('pros')
  expect(progress).toMatchObject({ done: 50, total: 50 })
  expect(progress?.endedAt).not.toBeNull()
  // The same order again changes nothing.
  await shard.build('pros', 1)
  expect(await shard.progress('pros')).toEqual(progress)
})

test('a definition that changes while it is being built is built anew; one that was deleted ends', async () => {
  const ws = await aWorkspace({}, { pros: { type: 'trait', path: 'plan', op: 'eq', value: 'pro' } })
  const shard = aShard(ws.id)
  await put(shard, ...Array.from({ length: 5 }, (_, i) => aDocument(`p${i}`, 1, { memberships: { pros: 1 } })))
  await shard.build('pros', 1)
  await env.DB.prepare('UPDATE workspaces SET config_version = 2 WHERE id = ?').bind(ws.id).run()
  await shard.build('pros', 2)
  expect(await shard.progress('pros')).toMatchObject({ generation: 2, done: 0 })
  await env.DB.batch([
    env.DB.prepare('DELETE FROM segments WHERE workspace = ?').bind(ws.id),
    env.DB.prepare('UPDATE workspaces SET config_version = 3 WHERE id = ?').bind(ws.id),
  ])
  await shard.build('pros', 3)
  for (let i = 0; i < 5 && (await shard.progress('pros')) !== null; i++) await runDurableObjectAlarm(shard)
  expect(await shard.progress('pros')).toBeNull()
  expect((await shard.count('pros')).members).toBe(0)
})
