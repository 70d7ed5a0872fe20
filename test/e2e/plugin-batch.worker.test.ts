import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { beginPluginRuns } from '../../platform/plugin-runs.ts'
import { type ApiClient, apiClient } from '../support/api-client.ts'
import { aPeer, type FakePeer, onlyFakePeers } from '../support/fake-peer.ts'
import { runJobs } from '../support/run-jobs.ts'
import { aMessage, aWorkspace, deliver, profileOf, type TestWorkspace, timelineOf } from '../support/workspace.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const VIP = { type: 'trait', path: 'plan', op: 'eq', value: 'vip' }

beforeAll(onlyFakePeers)

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries > 400) throw new Error('it did not happen')
    await new Promise((resume) => setTimeout(resume, 25))
  }
}

interface Story {
  readonly ws: TestWorkspace
  readonly api: ApiClient
  readonly peer: FakePeer
  readonly id: string
}

/** Five people, of whom four are in the segment, and a plugin that scores them three at a time. */
async function aStory(settings: object = {}): Promise<Story> {
  const ws = await aWorkspace({ windowMs: 0 }, { vip: VIP })
  const api = await apiClient(ws)
  const people = ['a', 'b', 'c', 'd'].map((userId) => ({
    type: 'identify',
    userId,
    messageId: userId,
    traits: { plan: 'vip' },
  }))
  await deliver([
    aMessage(ws, [...people, { type: 'identify', userId: 'e', messageId: 'e', traits: { plan: 'free' } }]),
  ])
  await until(async () => (await api('GET', '/segments/vip/members')).body.members?.length === 4)
  const peer = aPeer()
  const made = await api('POST', '/plugins', {
    type: 'remote-batch',
    name: 'scores',
    settings: { url: peer.url, secret: SECRET, segment: 'vip', traits: ['score'], pageSize: 3, ...settings },
  })
  expect(made).toMatchObject({ status: 201, body: { kind: 'batch' } })
  return { ws, api, peer, id: made.body.id }
}

async function ran({ ws, api, id }: Story) {
  const { status, body } = await api('POST', `/plugins/${id}/run`)
  expect(status).toBe(202)
  await runJobs(ws)
  return (await api('GET', `/jobs/${body.jobId}`)).body
}

const userIdOf = (profile: { identifiers: readonly { type: string; value: string }[] }) =>
  profile.identifiers.find(({ type }) => type === 'user_id')?.value

describe('a batch plugin', () => {
  test('is given the members of its segment page by page, and its traits take the way of every event', async () => {
    const story = await aStory()
    const { ws, api, peer, id } = story
    peer.answer(({ json }) =>
      Response.json({ results: json.profiles.map((one: never) => ({ traits: { score: `${userIdOf(one)}7` } })) }),
    )
    expect(await ran(story)).toMatchObject({ state: 'done', done: 4, errors: 0, result: { asked: 4, written: 4 } })
    expect(peer.got.map(({ json }) => json.profiles.length).sort()).toEqual([1, 3])
    expect(peer.got[0]?.json).toMatchObject({ plugin: { id, name: 'scores' }, page: 0, segment: 'vip' })
    expect(peer.got[0]?.headers.get('webhook-signature')).toMatch(/^v1,/)
    await until(async () => (await profileOf(ws, 'user_id', 'a')).traits['score'] === 'a7')
    for (const userId of ['b', 'c', 'd'])
      await until(async () => (await profileOf(ws, 'user_id', userId)).traits['score'] === `${userId}7`)
    expect((await profileOf(ws, 'user_id', 'e')).traits).not.toHaveProperty('score')
    const said = (await timelineOf(ws, (await profileOf(ws, 'user_id', 'a')).id)).find(
      ({ traits }) => traits?.['score'],
    )
    expect(said).toMatchObject({ type: 'identify', source: `plugins@${ws.id}` })
    const trace = (await api('GET', `/events/${said?.messageId}/trace`)).body
    expect(trace.outcome).toBe('applied')
  })

  test('is not believed in what it did not declare, nor about strangers', async () => {
    const story = await aStory()
    const { ws, peer } = story
    peer.answer(({ json }) =>
      Response.json({
        results: json.profiles.map((one: { id: string }) => ({
          id: one.id,
          traits: userIdOf(one as never) === 'a' ? { score: 1 } : { plan: 'free' },
        })),
      }),
    )
    expect(await ran(story)).toMatchObject({
      state: 'done',
      errors: 3,
      result: { asked: 4, written: 1, errors: 3, firstError: expect.stringContaining('did not declare') },
    })
    await until(async () => (await profileOf(ws, 'user_id', 'a')).traits['score'] === 1)
    expect((await profileOf(ws, 'user_id', 'b')).traits).toEqual({ plan: 'vip' })
  })

  test('that does not answer is asked again under the same key', async () => {
    const story = await aStory({ pageSize: 50 })
    const { ws, api, peer, id } = story
    let tries = 0
    peer.answer(({ json }) =>
      ++tries === 1
        ? new Response(null, { status: 503 })
        : Response.json({ results: json.profiles.map(() => ({ traits: { score: 1 } })) }),
    )
    expect((await api('POST', `/plugins/${id}/run`)).status).toBe(202)
    expect((await api('POST', `/plugins/${id}/run`)).status).toBe(409)
    await until(async () => {
      await runJobs(ws)
      return peer.got.length === 2
    })
    const [first, second] = peer.got.map(({ headers }) => headers.get('idempotency-key'))
    expect(first).toBe(second)
  })

  test('begins once in each hour that it is due in, and waits for the run before', async () => {
    const { ws, api, peer, id } = await aStory({ schedule: { every: 'day', hour: 5 } })
    peer.answer(() => new Response(null, { status: 204 }))
    const jobs = async () => {
      const { body } = await api('GET', '/jobs?kind=run-plugin')
      return body.jobs.length as number
    }
    const at = (time: string) => Date.parse(`2026-03-01T${time}:00Z`)
    await beginPluginRuns(env, at('04:59'))
    expect(await jobs()).toBe(0)
    await beginPluginRuns(env, at('05:00'))
    await beginPluginRuns(env, at('05:01'))
    expect(await jobs()).toBe(1)
    await beginPluginRuns(env, at('05:02') + 86_400_000)
    expect(await jobs()).toBe(1)
    await runJobs(ws)
    await beginPluginRuns(env, at('05:59'))
    expect(await jobs()).toBe(1)
    await beginPluginRuns(env, at('05:03') + 86_400_000)
    expect(await jobs()).toBe(2)
    await runJobs(ws)
    await api('PUT', `/plugins/${id}`, { enabled: false })
    await beginPluginRuns(env, at('05:03') + 2 * 86_400_000)
    expect(await jobs()).toBe(2)
    expect((await api('POST', `/plugins/${id}/run`)).status).toBe(422)
  })
})
