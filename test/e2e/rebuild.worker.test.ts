import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import type { JobStep } from '../../platform/jobs.ts'
import { profileStub } from '../../platform/stubs.ts'
import { rebuildProfiles } from '../../queues/rebuild-profiles.ts'
import type { CanonicalId } from '../../shared/kernel/id.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { decodeState, encodeState, type ProfileState } from '../../shared/profile/state.ts'
import { type ApiClient, apiClient } from '../support/api-client.ts'
import { dyingAt } from '../support/faults.ts'
import { runJobs } from '../support/run-jobs.ts'
import {
  aMessage,
  aWorkspace,
  deliver,
  ledgerOf,
  locate,
  profileOf,
  type TestWorkspace,
  timelineOf,
} from '../support/workspace.ts'

const order = (messageId: string, userId: string, value = 1): JsonObject => ({
  type: 'track',
  event: 'Order',
  messageId,
  userId,
  anonymousId: `device-${userId}`,
  properties: { value },
})
const plan = (messageId: string, userId: string, plan: string): JsonObject => ({
  type: 'identify',
  messageId,
  userId,
  traits: { plan, email: `${userId}@example.com` },
})

/** Changes the row of a profile behind its back; the object reads it anew. */
async function harm(ws: TestWorkspace, id: CanonicalId, change: (state: ProfileState) => void): Promise<void> {
  const stub = profileStub(env, ws.id, id)
  await runInDurableObject(stub, async (_, ctx) => {
    const [row] = ctx.storage.sql.exec<{ json: string }>('SELECT json FROM state').toArray()
    const state = decodeState(row?.json ?? '')
    change(state)
    ctx.storage.sql.exec('UPDATE state SET json = ?', encodeState(state))
  })
  await evictDurableObject(stub)
}

/** Without the number of writes. */
async function seen(ws: TestWorkspace, userId: string) {
  const { version: _, ...profile } = await profileOf(ws, 'user_id', userId)
  return { ...profile, events: await timelineOf(ws, profile.id) }
}

async function rebuilt(ws: TestWorkspace, api: ApiClient, body: JsonObject) {
  const { status, body: started } = await api('POST', '/rebuilds', body)
  expect([status, started.code]).toEqual([202, undefined])
  await runJobs(ws)
  return (await api('GET', `/jobs/${started.jobId}`)).body
}

describe('a rebuild', () => {
  test('heals a profile from the archive, and leaves one that is right as it is', async () => {
    const ws = await aWorkspace({ windowMs: 0 }, { pro: { type: 'trait', path: 'plan', op: 'eq', value: 'pro' } })
    const api = await apiClient(ws)
    await deliver([aMessage(ws, [plan('p1', 'a', 'pro'), order('o1', 'a'), order('o2', 'a'), order('o3', 'b')])])
    await deliver([aMessage(ws, [order('o1', 'a'), order('o2', 'a', 2)])])
    const before = [await seen(ws, 'a'), await seen(ws, 'b')]
    const id = (await locate(ws, 'user_id', 'a')) as CanonicalId
    await harm(ws, id, (state) => {
      for (const leaf of Object.values(state.leaves)) {
        leaf.counters['Order'] = { d1: 40 }
        leaf.traits['plan'] = { value: 'wrong', at: Date.now(), messageId: 'x', source: 'x' }
        delete leaf.identifiers['user_id:a']
      }
    })
    expect((await seen(ws, 'a')).eventCounts).toEqual({ Order: 40 })
    const job = await rebuilt(ws, api, { profiles: ['user_id:a', 'user_id:b', 'email:a@example.com'] })
    expect(job).toMatchObject({
      kind: 'rebuild',
      state: 'done',
      done: 2,
      total: 2,
      errors: 0,
      result: { rebuilt: 2, changed: 1, events: 4, kept: 0, unreadable: 0 },
    })
    expect([await seen(ws, 'a'), await seen(ws, 'b')]).toEqual(before)
  })

  test('tells nobody, and says in its result who is in and who is out', async () => {
    const ws = await aWorkspace({ windowMs: 0 }, { pro: { type: 'trait', path: 'plan', op: 'eq', value: 'pro' } })
    const api = await apiClient(ws)
    await deliver([aMessage(ws, [plan('p1', 'a', 'pro'), plan('p2', 'b', 'free')])])
    const told = await timelineOf(ws, (await locate(ws, 'user_id', 'a')) as string)
    const [a, b] = [await locate(ws, 'user_id', 'a'), await locate(ws, 'user_id', 'b')] as [CanonicalId, CanonicalId]
    await harm(ws, b, (state) => {
      const leaf = Object.values(state.leaves)[0]
      if (leaf) leaf.traits['plan'] = { value: 'pro', at: Date.now(), messageId: 'x', source: 'x' }
      state.segments['pro'] = { member: true, since: 1, emitted: 1 }
    })
    const job = await rebuilt(ws, api, {})
    expect(job.result).toMatchObject({ rebuilt: 2, changed: 1, entered: {}, exited: { pro: 1 } })
    expect((await profileOf(ws, 'user_id', 'b')).segments).toEqual([])
    expect((await profileOf(ws, 'user_id', 'a')).segments).toMatchObject([{ key: 'pro' }])
    expect(await timelineOf(ws, a)).toEqual(told)
    expect((await timelineOf(ws, b)).filter(({ source }) => source === 'tributary')).toEqual([])
    const { members } = (await api('GET', '/segments/pro/members')).body
    expect(members.map((member: { id: string }) => member.id)).toEqual([a])
  })

  test('keeps what arrives while it runs, and what the archive no longer has', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    await deliver([aMessage(ws, [order('o1', 'a')])])
    await deliver([aMessage(ws, [order('o2', 'a'), plan('p1', 'a', 'pro')])])
    const before = await seen(ws, 'a')
    await forgetArchive(ws, 'o1')
    expect((await ledgerOf(ws)).size).toBe(2)
    const id = (await locate(ws, 'user_id', 'a')) as CanonicalId
    const stub = profileStub(env, ws.id, id)
    await stub.beginRebuild({ job: 'job_x', epoch: 0, leaves: [id] })
    expect(await stub.stageRebuild('job_y', 0, '[]')).toBe(false)
    const { body } = await api('POST', '/rebuilds', { profiles: ['user_id:a'] })
    await runJobs(ws)
    expect((await api('GET', `/jobs/${body.jobId}`)).body.result).toMatchObject({ changed: 0, events: 2, kept: 1 })
    expect(await seen(ws, 'a')).toEqual(before)
    // One that was overtaken by another does nothing.
    expect(await stub.finishRebuild('job_x')).toEqual({ kind: 'again' })
    await stub.beginRebuild({ job: 'job_z', epoch: 0, leaves: [id] })
    await deliver([aMessage(ws, [order('o3', 'a')])])
    expect(await stub.finishRebuild('job_z')).toMatchObject({ kind: 'done', changed: false, folded: 0, kept: 4 })
    expect(await stub.finishRebuild('job_z')).toMatchObject({ kind: 'done', changed: false, folded: 0, kept: 4 })
    expect((await seen(ws, 'a')).eventCounts).toEqual({ Order: 3 })
  })

  test('never brings an erased person back, whenever they are erased', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    await deliver([aMessage(ws, [order('o1', 'a'), order('o2', 'b')])])
    const id = (await locate(ws, 'user_id', 'a')) as CanonicalId
    const stub = profileStub(env, ws.id, id)
    const { body } = await api('POST', '/rebuilds', {})
    await stub.beginRebuild({ job: body.jobId, epoch: 0, leaves: [id] })
    const line = [...(await ledgerOf(ws)).values()].find(({ leaf }) => leaf === id)
    expect(
      await stub.stageRebuild(body.jobId, 0, JSON.stringify([{ kind: 'conflict', key: line?.['messageId'] }])),
    ).toBe(true)
    await api('DELETE', '/profiles/user_id:a')
    await runJobs(ws)
    expect(await stub.finishRebuild(body.jobId)).toEqual({ kind: 'gone' })
    expect(await stub.stageRebuild(body.jobId, 0, '[]')).toBe(false)
    await rebuilt(ws, api, {})
    expect(await locate(ws, 'user_id', 'a')).toBeNull()
    expect((await stub.read({ meta: false })).kind).toBe('unknown')
  })

  test('of people who were merged and taken apart again', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    await deliver([aMessage(ws, [order('o1', 'a'), plan('p1', 'a', 'pro'), order('o2', 'b'), plan('p2', 'b', 'free')])])
    await api('POST', '/profiles/user_id:a/merge', { with: 'user_id:b' })
    await deliver([aMessage(ws, [order('o3', 'a'), order('o4', 'b')])])
    const one = await seen(ws, 'a')
    expect(one.eventCounts).toEqual({ Order: 4 })
    expect((await rebuilt(ws, api, { profiles: [one.id] })).result).toMatchObject({ changed: 0, events: 6, kept: 0 })
    expect(await seen(ws, 'b')).toEqual(one)
    const { merges } = (await api('GET', '/profiles/user_id:a/identity')).body
    expect((await api('POST', '/profiles/user_id:a/unmerge', { mergeId: merges[0].mergeId })).status).toBe(200)
    const two = [await seen(ws, 'a'), await seen(ws, 'b')]
    expect((await rebuilt(ws, api, {})).result).toMatchObject({ rebuilt: 2, changed: 0, events: 6, kept: 0 })
    expect([await seen(ws, 'a'), await seen(ws, 'b')]).toEqual(two)
  })

  test('meets a profile that was merged with another, or split, since it began', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    await deliver([aMessage(ws, [order('o1', 'a'), order('o2', 'b')])])
    const [a, b] = [await locate(ws, 'user_id', 'a'), await locate(ws, 'user_id', 'b')] as [CanonicalId, CanonicalId]
    const [first, second] = a < b ? [a, b] : [b, a]
    const [winner, loser] = [profileStub(env, ws.id, first), profileStub(env, ws.id, second)]
    await winner.beginRebuild({ job: 'job_1', epoch: 0, leaves: [first] })
    await loser.beginRebuild({ job: 'job_1', epoch: 0, leaves: [second] })
    await api('POST', `/profiles/${first}/merge`, { with: second })
    const one = await seen(ws, 'a')
    expect(await loser.finishRebuild('job_1')).toEqual({ kind: 'elsewhere' })
    expect(await loser.beginRebuild({ job: 'job_2', epoch: 0, leaves: [second] })).toEqual({ kind: 'elsewhere' })
    // The leaf that came is left as it is.
    expect(await winner.finishRebuild('job_1')).toMatchObject({ kind: 'done', changed: false, kept: 1 })
    expect(await seen(ws, 'a')).toEqual(one)
    await winner.beginRebuild({ job: 'job_3', epoch: 0, leaves: [first, second] })
    const { merges } = (await api('GET', `/profiles/${first}/identity`)).body
    await api('POST', `/profiles/${first}/unmerge`, { mergeId: merges[0].mergeId })
    // What has left must not come back here.
    expect(await winner.finishRebuild('job_3')).toEqual({ kind: 'again' })
    const two = [await seen(ws, 'a'), await seen(ws, 'b')]
    expect((await rebuilt(ws, api, { profiles: ['user_id:a', 'user_id:b'] })).result).toMatchObject({ changed: 0 })
    expect([await seen(ws, 'a'), await seen(ws, 'b')]).toEqual(two)
  })

  test('that dies at any of its calls goes on where it was, and the profile is the old one or the new one', async () => {
    const ws = await aWorkspace({ windowMs: 0 }, { pro: { type: 'trait', path: 'plan', op: 'eq', value: 'pro' } })
    await deliver([aMessage(ws, [plan('p1', 'a', 'pro'), order('o1', 'a'), order('o2', 'b')])])
    const id = (await locate(ws, 'user_id', 'a')) as CanonicalId
    const right = await seen(ws, 'a')
    const wrong = { ...right, eventCounts: { Order: 9 } }
    const run = async (job: string, doom?: readonly [at: number, when: 'before' | 'after']) => {
      await harm(ws, id, (state) => {
        for (const leaf of Object.values(state.leaves)) leaf.counters['Order'] = { d1: 9 }
      })
      const dying = dyingAt(env, doom?.[0] ?? 0, doom?.[1] ?? 'before')
      let at: JobStep = { cursor: null, done: 0 }
      for (let steps = 0; !at.finished; steps++) {
        if (steps > 50) throw new Error('it does not end')
        const row = { id: job, workspace: ws.id, input: {}, cursor: JSON.parse(JSON.stringify(at.cursor)) }
        const counts = { done: at.done, total: at.total ?? 0, errors: at.errors ?? 0 }
        try {
          at = await rebuildProfiles.step(dying.isDead() ? env : dying.env, { ...row, ...counts }, Date.now())
        } catch (fault) {
          if (!dying.isDead()) throw fault
          expect([right, wrong]).toContainEqual(await seen(ws, 'a'))
        }
      }
      expect(at).toMatchObject({ done: 2, result: { rebuilt: 2, changed: 1, events: 3, kept: 0 } })
      expect(await seen(ws, 'a')).toEqual(right)
      return dying.calls.length
    }
    const calls = await run('job_0')
    expect(calls).toBeGreaterThan(10)
    for (let call = 1; call <= calls; call++)
      for (const when of ['before', 'after'] as const) await run(`job_${call}_${when}`, [call, when])
  }, 120_000)

  test('reads the archive from an instant on, and the members of a segment alone', async () => {
    const ws = await aWorkspace({ windowMs: 0 }, { pro: { type: 'trait', path: 'plan', op: 'eq', value: 'pro' } })
    const api = await apiClient(ws)
    const old = Date.now() - 3 * 3_600_000
    await deliver([aMessage(ws, [order('o1', 'a'), order('o2', 'b')], { receivedAt: old })])
    await deliver([aMessage(ws, [plan('p1', 'a', 'pro'), order('o3', 'a'), plan('p2', 'b', 'free')])])
    const before = [await seen(ws, 'a'), await seen(ws, 'b')]
    const hourAgo = new Date(Date.now() - 3_600_000).toISOString()
    expect((await rebuilt(ws, api, { from: hourAgo })).result).toMatchObject({
      rebuilt: 2,
      events: 3,
      kept: 2,
      changed: 0,
    })
    expect((await rebuilt(ws, api, {})).result).toMatchObject({ rebuilt: 2, events: 5, kept: 0, changed: 0 })
    const job = await rebuilt(ws, api, { segment: 'pro', profiles: ['user_id:a'] })
    expect(job).toMatchObject({ done: 1, total: 1, result: { rebuilt: 1, events: 3, kept: 0, changed: 0 } })
    expect([await seen(ws, 'a'), await seen(ws, 'b')]).toEqual(before)
  })

  test('says which field is wrong, and sees nobody of another workspace', async () => {
    const [ws, other] = [await aWorkspace(), await aWorkspace()]
    const api = await apiClient(ws)
    await deliver([aMessage(other, [order('o1', 'a')])])
    const id = await locate(other, 'user_id', 'a')
    const refused = async (body: JsonObject) => {
      const { status, body: problem } = await api('POST', '/rebuilds', body)
      return [status, problem.errors?.[0]?.path]
    }
    expect(await refused({ profiles: [id as string] })).toEqual([422, 'profiles.0'])
    expect(await refused({ profiles: ['user_id:a'] })).toEqual([422, 'profiles.0'])
    expect(await refused({ segment: 'nothing' })).toEqual([422, 'segment'])
    expect(await refused({ from: 'yesterday' })).toEqual([400, 'from'])
    expect(await refused({ from: new Date(Date.now() + 60_000).toISOString() })).toEqual([422, 'from'])
    expect(await refused({ profiles: [] })).toEqual([400, 'profiles'])
    expect((await rebuilt(ws, api, {})).result).toMatchObject({ rebuilt: 0 })
  })
})

/** Takes the object out of the archive that has a message. */
async function forgetArchive(ws: TestWorkspace, messageId: string): Promise<void> {
  const { objects } = await env.LAKE.list({ prefix: 'bronze/events/' })
  for (const { key } of objects) {
    const object = await env.LAKE.get(key)
    const text = object && (await new Response(object.body.pipeThrough(new DecompressionStream('gzip'))).text())
    const lines = (text ?? '').split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
    if (lines.some((line) => line.workspace === ws.id && line.messageId === messageId)) await env.LAKE.delete(key)
  }
}
