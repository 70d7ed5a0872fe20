import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import {
  backfillProgress,
  countSegment,
  membersPage,
  overlapOf,
  previewCondition,
  searchProfiles,
  startBackfill,
} from '../../platform/audience.ts'
import { ConfigStore } from '../../platform/config-store.ts'
import { startJob } from '../../platform/jobs.ts'
import { audienceShards, audienceStub, profileStub } from '../../platform/stubs.ts'
import { shardOf } from '../../shared/audience/shard-of.ts'
import type { WorkspaceConfig } from '../../shared/config/workspace-config.ts'
import type { CanonicalId } from '../../shared/kernel/id.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import type { Condition } from '../../shared/segment/condition.ts'
import { hookedEnv } from '../support/hooked-env.ts'
import { runJobs } from '../support/run-jobs.ts'
import {
  aMessage,
  aWorkspace,
  deliver,
  locate,
  meterOf,
  settled,
  type TestWorkspace,
  timelineOf,
} from '../support/workspace.ts'

const PRO: Condition = { type: 'trait', path: 'plan', op: 'eq', value: 'pro' }
const BUYER = { type: 'event', name: 'Bought', count: { op: 'gte', value: 3 } } as Condition

const identify = (userId: string, traits: JsonObject) => ({ type: 'identify', userId, traits })
const track = (userId: string, event: string) => ({ type: 'track', userId, event })

async function send(ws: TestWorkspace, ...items: JsonObject[]): Promise<void> {
  await deliver(items.map((item) => aMessage(ws, [item])))
}

async function configOf(ws: TestWorkspace, atLeast = 0): Promise<WorkspaceConfig> {
  const config = await new ConfigStore(env.DB).workspace(ws.id, atLeast)
  if (typeof config === 'string') throw new Error(config)
  return config
}

async function define(ws: TestWorkspace, key: string, condition: Condition): Promise<WorkspaceConfig> {
  await env.DB.batch([
    env.DB.prepare(
      'INSERT OR REPLACE INTO segments (workspace, key, name, condition, created_at) VALUES (?, ?, ?, ?, 0)',
    ).bind(ws.id, key, key, JSON.stringify(condition)),
    env.DB.prepare('UPDATE workspaces SET config_version = config_version + 1 WHERE id = ?').bind(ws.id),
  ])
  const row = await env.DB.prepare('SELECT config_version AS v FROM workspaces WHERE id = ?')
    .bind(ws.id)
    .first<{ v: number }>()
  return configOf(ws, row?.v)
}

async function until<T>(look: () => Promise<T>, isRight: (value: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries++) {
    const value = await look()
    if (isRight(value) || tries === 200) return value
    await new Promise((resume) => setTimeout(resume, 20))
  }
}

async function built(ws: TestWorkspace, key: string) {
  return until(
    () => backfillProgress(env, ws.id, key),
    ({ state }) => state === 'ready',
  )
}

const preview = async (ws: TestWorkspace, condition: Condition) =>
  previewCondition(env, await configOf(ws), condition, { sample: 5 }, Date.now())

const found = async (ws: TestWorkspace, q: string) =>
  (await searchProfiles(env, ws.id, { q, traits: {}, limit: 10, cursor: null })).ids

test('a marketer tries a condition on the people there are, and finds one of them by name', async () => {
  const ws = await aWorkspace({ windowMs: 0 })
  await send(
    ws,
    identify('u1', { plan: 'pro', name: 'Jörg Müller', email: 'joerg@example.com' }),
    identify('u2', { plan: 'free', name: 'Ada' }),
    identify('u3', { plan: 'pro', name: 'Grace' }),
  )
  expect(await preview(ws, PRO)).toMatchObject({ count: 2, exact: true })
  expect((await preview(ws, PRO)).sample).toHaveLength(2)
  const joerg = await locate(ws, 'user_id', 'u1')
  for (const q of ['muller', 'MÜL', 'ülle', 'example.com', 'jo mu']) expect(await found(ws, q)).toEqual([joerg])
  expect(await found(ws, 'nobody')).toEqual([])
})

test('what only the counters know is counted as soon as somebody asks', async () => {
  const ws = await aWorkspace({ windowMs: 0 })
  for (let i = 0; i < 3; i++) await send(ws, track('u1', 'Bought'), track('u2', 'Looked'))
  expect(await preview(ws, BUYER)).toMatchObject({ count: 1, exact: true })
})

test('whom the documents do not decide is asked, and then the count is exact', async () => {
  const ws = await aWorkspace({ windowMs: 0 })
  await send(
    ws,
    { ...track('u1', 'Bought'), properties: { total: 10 } },
    { ...track('u2', 'Bought'), properties: { total: 99 } },
  )
  const large = {
    type: 'event',
    name: 'Bought',
    where: [{ property: 'total', op: 'gt', value: 50 }],
  } as unknown as Condition
  expect(await preview(ws, large)).toMatchObject({ count: 1, exact: true, sample: [await locate(ws, 'user_id', 'u2')] })
})

test('a segment that is made later has everybody in it who belongs there, and tells them as a backfill', async () => {
  const ws = await aWorkspace({ windowMs: 0 })
  await send(ws, identify('u1', { plan: 'pro' }), identify('u2', { plan: 'free' }))
  for (let i = 0; i < 3; i++) await send(ws, track('u2', 'Bought'))
  await startBackfill(env, await define(ws, 'pros', PRO), 'pros')
  const config = await define(ws, 'buyers', BUYER)
  await startBackfill(env, config, 'buyers')
  expect(await built(ws, 'pros')).toMatchObject({ state: 'ready', done: 2, total: 2 })
  expect(await built(ws, 'buyers')).toMatchObject({ state: 'ready' })
  const [u1, u2] = [await locate(ws, 'user_id', 'u1'), await locate(ws, 'user_id', 'u2')]
  const members = async (key: string) => (await membersPage(env, ws.id, key, { limit: 10, cursor: null })).members
  expect((await members('pros')).map(({ id }) => id)).toEqual([u1])
  expect((await members('buyers')).map(({ id }) => id)).toEqual([u2])
  expect(await countSegment(env, ws.id, 'pros')).toMatchObject({ count: 1 })
  const enter = (await timelineOf(ws, String(u1))).find(({ name }) => name === 'pros ENTER')
  expect(enter?.properties).toEqual({ segment: 'pros', change: 'ENTER', backfill: true })
  expect(await overlapOf(env, ws.id, ['pros', 'buyers'])).toEqual({
    combinations: [
      { keys: ['pros'], count: 1 },
      { keys: ['buyers'], count: 1 },
      { keys: ['pros', 'buyers'], count: 0 },
    ],
  })
})

test('a segment that only timelines can decide asks everybody, though the shards are evicted again and again', async () => {
  const ws = await aWorkspace({ windowMs: 0 })
  const bought = (userId: string, total: number) => ({ ...track(userId, 'Bought'), properties: { total } })
  await send(ws, ...Array.from({ length: 30 }, (_, i) => bought(`u${i}`, i)))
  const large = {
    type: 'event',
    name: 'Bought',
    where: [{ property: 'total', op: 'gte', value: 20 }],
  } as unknown as Condition
  await startBackfill(env, await define(ws, 'large', large), 'large')
  for (let i = 0; i < 5; i++) {
    for (let shard = 0; shard < audienceShards(env); shard++) {
      await audienceStub(env, ws.id, shard).size()
      await evictDurableObject(audienceStub(env, ws.id, shard))
    }
    await new Promise((resume) => setTimeout(resume, 10))
  }
  for (let shard = 0; shard < audienceShards(env); shard++) await runDurableObjectAlarm(audienceStub(env, ws.id, shard))
  expect(await built(ws, 'large')).toMatchObject({ state: 'ready' })
  expect(await countSegment(env, ws.id, 'large')).toMatchObject({ count: 10, growth: { entered: 10, exited: 0 } })
  const { members } = await membersPage(env, ws.id, 'large', { limit: 100, cursor: null })
  for (const { id } of members) {
    const entered = (await timelineOf(ws, id)).filter(({ name }) => name === 'large ENTER')
    expect(entered).toHaveLength(1)
  }
})

test('the top tenth is known as soon as somebody asks for it, and a segment of it tells them', async () => {
  const ws = await aWorkspace({ windowMs: 0 })
  await send(ws, ...Array.from({ length: 20 }, (_, i) => identify(`u${i}`, { ltv: i % 2 === 0 ? i : String(i) })))
  const top = { type: 'percentile', path: 'ltv', op: 'gt', value: 90 } as Condition
  expect(await preview(ws, top)).toMatchObject({ count: 2, exact: true })
  await startBackfill(env, await define(ws, 'top', top), 'top')
  expect(await built(ws, 'top')).toMatchObject({ state: 'ready' })
  expect(await countSegment(env, ws.id, 'top')).toMatchObject({ count: 2 })
})

test('a document that is wrong or missing is put right by the daily comparison', async () => {
  const ws = await aWorkspace({ windowMs: 0 })
  await send(ws, identify('u1', { name: 'Margaret' }), identify('u2', { name: 'Katherine' }))
  const [u1, u2] = [await locate(ws, 'user_id', 'u1'), await locate(ws, 'user_id', 'u2')]
  for (const id of [u1, u2]) {
    const shard = audienceStub(env, ws.id, shardOf(String(id), audienceShards(env)))
    await runInDurableObject(shard, (_, { storage: { sql } }) => {
      if (id === u1) sql.exec('DELETE FROM documents WHERE id = ?', id)
      else
        sql.exec(
          "UPDATE documents SET version = 0, json = jsonb_set(json, '$.traits', jsonb('{}')), text = 1 WHERE id = ?",
          id,
        )
    })
  }
  await startJob(env, { workspace: ws.id, kind: 'tend-audience', input: { day: '2026-11-21' } }, Date.now())
  await runJobs(ws)
  expect(
    await until(
      () => found(ws, 'margaret'),
      (ids) => ids.length === 1,
    ),
  ).toEqual([u1])
  const plan = await preview(ws, { type: 'trait', path: 'name', op: 'eq', value: 'Katherine' })
  expect(plan).toMatchObject({ count: 1, sample: [u2] })
  expect((await meterOf(ws)).counts['audience_differed']).toBe(2)
})

test('whoever is erased is in no search, count or list, and their document does not come back', async () => {
  const ws = await aWorkspace({ windowMs: 0 }, { pros: PRO })
  await send(ws, identify('u1', { plan: 'pro', name: 'Hedy' }))
  const id = String(await locate(ws, 'user_id', 'u1')) as CanonicalId
  await until(
    () => countSegment(env, ws.id, 'pros'),
    ({ count }) => count === 1,
  )
  const before = await profileStub(env, ws.id, id).tell(0)
  await profileStub(env, ws.id, id).erase(Date.now())
  await audienceStub(env, ws.id, shardOf(id, audienceShards(env))).upsert(`[${before}]`)
  expect(await found(ws, 'hedy')).toEqual([])
  expect(await countSegment(env, ws.id, 'pros')).toMatchObject({ count: 0 })
})

test('whoever did not come through to a shard comes later: nothing waits for it, and nobody is forgotten', async () => {
  const ws = await aWorkspace({ windowMs: 0 })
  let isDown = true
  const failing = hookedEnv(env, {
    object(work, method) {
      if (isDown && method === 'upsert') throw new Error('the shard is down')
      return work()
    },
    send: (work) => work(),
    put: (work) => work(),
  })
  await deliver([aMessage(ws, [identify('u1', { name: 'Dorothy' })])], 1, failing)
  isDown = false
  const id = await locate(ws, 'user_id', 'u1')
  expect(
    await until(
      () => found(ws, 'dorothy'),
      (ids) => ids.length === 1,
    ),
  ).toEqual([id])
})

test('two people who turn out to be one are found once', async () => {
  const ws = await aWorkspace({ windowMs: 0 })
  await send(ws, { ...identify('u1', { name: 'Grace Hopper' }) })
  await send(ws, { type: 'identify', anonymousId: 'a1', traits: { nick: 'Amazing Grace' } })
  expect(await found(ws, 'grace')).toHaveLength(2)
  await send(ws, { type: 'identify', userId: 'u1', anonymousId: 'a1', traits: {} })
  await settled(ws)
  const one = await until(
    () => found(ws, 'grace'),
    (ids) => ids.length === 1,
  )
  expect(one).toEqual([await locate(ws, 'user_id', 'u1')])
  expect(
    await until(
      () => found(ws, 'amazing'),
      (ids) => ids.length === 1,
    ),
  ).toEqual(one)
})
