import { env } from 'cloudflare:workers'
import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import type { JobRow } from '../platform/jobs.ts'
import { modelPrefix } from '../platform/model-state.ts'
import type { JsonObject } from '../shared/kernel/json.ts'
import { type ApiClient, apiClient } from '../test/support/api-client.ts'
import { aPeer, onlyFakePeers } from '../test/support/fake-peer.ts'
import { runJobs } from '../test/support/run-jobs.ts'
import { aMessage, aWorkspace, deliver, type TestWorkspace } from '../test/support/workspace.ts'
import { runJob } from './run-jobs.ts'

beforeAll(() => {
  onlyFakePeers()
  // These stories say themselves when a step is done; the queue would do it meanwhile, and again.
  const nobody = { send: async () => {}, sendBatch: async () => {}, metrics: () => env.JOBS.metrics() }
  Object.assign(env, { JOBS: nobody })
})

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
let serial = 0

async function aStory(people: readonly string[]) {
  const ws = await aWorkspace()
  const api = await apiClient(ws)
  if (people.length > 0)
    await deliver([
      aMessage(
        ws,
        people.map((userId) => ({ type: 'identify', userId, traits: { seen: true } })),
      ),
    ])
  return { ws, api }
}

async function aModel(api: ApiClient, changes: JsonObject = {}): Promise<string> {
  serial += 1
  const made = await api('POST', '/models', {
    name: `model ${serial}`,
    source: { type: 'lake' },
    query: 'SELECT 1',
    primaryKey: 'id',
    map: { userId: 'who', traits: { plan: 'plan' } },
    mode: 'identify',
    ...changes,
  })
  expect([made.status, made.body.detail]).toEqual([201, undefined])
  return made.body.id
}

async function aDestination(api: ApiClient, more: JsonObject = {}) {
  const peer = aPeer()
  const settings = { url: peer.url, secret: SECRET }
  // What makes people known is told to destinations as well, whenever its queue comes to it.
  const filter = { events: ['Score'] }
  const made = await api('POST', '/destinations', { type: 'webhook', name: 'Hook', settings, filter, ...more })
  expect(made.status).toBe(201)
  return { peer, destination: made.body.id as string }
}

/** Rows as the command line lays them down: `[key, who, plan]`. */
async function begin(api: ApiClient, model: string, rows: readonly (readonly [string, string, string])[], query = '') {
  serial += 1
  const upload = `up${serial}`
  const page = rows.map(([key, who, plan]) => ({ key, row: { id: key, who, plan } }))
  expect(await api('POST', `/models/${model}/rows`, { upload, page: 0, rows: page })).toMatchObject({ status: 200 })
  return (await api('POST', `/models/${model}/run?upload=${upload}${query}`)).body.jobId as string
}

async function run(
  ws: TestWorkspace,
  api: ApiClient,
  ...[model, rows, query]: Parameters<typeof begin> extends [unknown, ...infer R] ? R : never
) {
  await begin(api, model, rows, query)
  await runJobs(ws)
  return (await api('GET', `/models/${model}/runs`)).body.runs[0]
}

/** Everything that lies in R2 of a model, and what D1 has of its runs. */
async function everythingOf(ws: TestWorkspace, model: string): Promise<string> {
  const texts: string[] = []
  const { objects } = await env.LAKE.list({ prefix: modelPrefix({ workspace: ws.id, id: model }) })
  for (const { key } of objects) {
    const bytes = new Uint8Array((await (await env.LAKE.get(key))?.arrayBuffer()) ?? new ArrayBuffer(0))
    texts.push(key.endsWith('.json') ? new TextDecoder().decode(bytes) : gunzipSync(bytes).toString('utf8'))
  }
  const jobs = await env.DB.prepare("SELECT * FROM jobs WHERE workspace = ? AND kind = 'run-model'").bind(ws.id).all()
  return [...texts, JSON.stringify(jobs.results)].join('\n')
}

/** Jobs of one kind, to their end; those of others wait. */
async function runKind(ws: TestWorkspace, kind: string) {
  for (let tries = 0; tries < 200; tries++) {
    const { results } = await env.DB.prepare(
      "SELECT * FROM jobs WHERE workspace = ? AND kind = ? AND state IN ('queued', 'running')",
    )
      .bind(ws.id, kind)
      .all<JobRow>()
    if (results.length === 0) return
    for (const { id, turn } of results) await runJob(env, { v: 1, workspace: ws.id, id, turn })
    await new Promise((resume) => setTimeout(resume, 10))
  }
  throw new Error(`${kind} did not end`)
}

async function erase(ws: TestWorkspace, api: ApiClient, userId: string) {
  const { body } = await api('DELETE', `/profiles/user_id:${userId}`)
  await runKind(ws, 'erase-person')
  const receipt = (await api('GET', `/erasures/${body.erasureId}`)).body
  expect(receipt.state).toBe('closed')
  return receipt.stores.find(({ store }: { store: string }) => store === 'models').removed as number
}

describe('a model that goes straight to a destination', () => {
  const asTrack = { map: { userId: 'who', event: 'Score', properties: { plan: 'plan' } } }

  test('tells those who are known and consented, once, and tries the others again when they have', async () => {
    const { ws, api } = await aStory(['yes', 'no', 'unset'])
    await api('PUT', '/profiles/user_id:yes/consents', { email: { status: 'granted' } })
    await api('PUT', '/profiles/user_id:no/consents', { email: { status: 'withdrawn' } })
    const { peer, destination } = await aDestination(api, {
      consent: { channels: ['email'], mode: 'all' },
    })
    const model = await aModel(api, { ...asTrack, mode: 'destination', destination })
    const rows = [
      ['1', 'yes', 'a'],
      ['2', 'no', 'b'],
      ['3', 'unset', 'c'],
      ['4', 'nobody', 'd'],
    ] as const
    const expected = {
      added: 1,
      changed: 0,
      skipped: 2,
      failed: 1,
      reasons: { 'consent (email: withdrawn)': 1, 'consent (email: silence)': 1, 'nobody has this id': 1 },
    }
    const dry = await run(ws, api, model, rows, '&dryRun=1')
    expect(dry).toMatchObject({ ...expected, dryRun: true, samples: [{ key: '1', change: 'added' }] })
    expect(peer.got).toHaveLength(0)
    expect(await run(ws, api, model, rows)).toMatchObject({ ...expected, state: 'done' })
    expect(peer.got.map(({ json }) => [json.data.event, json.data.properties])).toEqual([['Score', { plan: 'a' }]])
    expect((await api('GET', '/profiles/user_id:nobody')).status).toBe(404)
    // Nothing of it goes the ordinary way.
    expect((await api('GET', '/profiles/user_id:yes')).body.eventCounts).not.toHaveProperty('Score')
    await api('PUT', '/profiles/user_id:no/consents', { email: { status: 'granted' } })
    expect(await run(ws, api, model, rows)).toMatchObject({ added: 1, unchanged: 1, skipped: 1, failed: 1 })
    expect(peer.got.map(({ json }) => json.data.properties.plan)).toEqual(['a', 'b'])
    // Consent that is withdrawn holds for what changes.
    await api('PUT', '/profiles/user_id:yes/consents', { email: { status: 'withdrawn' } })
    const changed = [['1', 'yes', 'z'] as const, ...rows.slice(1)]
    expect(await run(ws, api, model, changed)).toMatchObject({ changed: 0, unchanged: 1, skipped: 2 })
    expect(peer.got).toHaveLength(2)
  })

  test('says what the destination refused, which is a dead letter and not sent again', async () => {
    const { ws, api } = await aStory(['ann', 'bea'])
    const { peer, destination } = await aDestination(api)
    peer.answer(({ text }) => (text.includes('refused') ? new Response('no', { status: 410 }) : new Response('ok')))
    const model = await aModel(api, { ...asTrack, mode: 'destination', destination })
    const rows = [
      ['1', 'ann', 'refused'],
      ['2', 'bea', 'fine'],
    ] as const
    const first = await run(ws, api, model, rows)
    expect(first).toMatchObject({ added: 1, failed: 1, failures: [{ key: '1' }] })
    expect(first.reasons).toEqual({ 'HTTP 410: the receiver is gone': 1 })
    expect(await run(ws, api, model, rows)).toMatchObject({ added: 0, failed: 0, unchanged: 2 })
    expect(peer.got).toHaveLength(2)
  })

  test('fails every row, and tells nobody, when its destination is disabled or gone', async () => {
    const { ws, api } = await aStory(['ann'])
    const { peer, destination } = await aDestination(api)
    const model = await aModel(api, { ...asTrack, mode: 'destination', destination })
    const rows = [['1', 'ann', 'a']] as const
    await api('PUT', `/destinations/${destination}`, { enabled: false })
    expect(await run(ws, api, model, rows)).toMatchObject({ failed: 1, reasons: { 'the destination is disabled': 1 } })
    await api('DELETE', `/destinations/${destination}`)
    expect(await run(ws, api, model, rows)).toMatchObject({ failed: 1, reasons: { 'the destination is gone': 1 } })
    expect(peer.got).toHaveLength(0)
  })
})

describe('rows that were laid down', () => {
  test('and are not there are no rows that are gone: the run fails and what is known stays', async () => {
    const { ws, api } = await aStory([])
    const model = await aModel(api, { onRemoved: 'null_traits' })
    await run(ws, api, model, [
      ['1', 'ann', 'a'],
      ['2', 'bea', 'b'],
    ])
    await api('POST', `/models/${model}/run?upload=never-laid-down`)
    await expect(runJobs(ws)).rejects.toThrow('there are no rows under this upload')
    await env.DB.prepare("DELETE FROM jobs WHERE workspace = ? AND state = 'failed'").bind(ws.id).run()
    expect(
      await run(ws, api, model, [
        ['1', 'ann', 'a'],
        ['2', 'bea', 'b'],
      ]),
    ).toMatchObject({ unchanged: 2, removed: 0 })
  })
})

describe('erasing somebody whom models know', () => {
  const rows = [
    ['1', 'ann-user', 'Annabel'],
    ['2', 'bea-user', 'b'],
    ['ann-user', 'ann-user', 'Annabel'],
  ] as const
  const MARKS = /ann-user|Annabel/

  test.each(['ignore', 'null_traits'])(
    'takes their rows, their keys and what runs said of them (%s), and the same rows are no news',
    async (onRemoved) => {
      const { ws, api } = await aStory(['ann-user', 'bea-user'])
      const model = await aModel(api, { onRemoved })
      await run(ws, api, model, rows, '&dryRun=1')
      expect(await run(ws, api, model, rows)).toMatchObject({ added: 3 })
      expect(await everythingOf(ws, model)).toMatch(MARKS)
      expect(await erase(ws, api, 'ann-user')).toBe(2 + 2)
      const left = await everythingOf(ws, model)
      expect(left).not.toMatch(MARKS)
      expect(left).toContain('bea-user')
      // The source has them still.
      expect(await run(ws, api, model, rows)).toMatchObject({ added: 0, removed: 0, unchanged: 3, failed: 0 })
      expect(await everythingOf(ws, model)).not.toMatch(MARKS)
      // They go from there, too: that is told of nobody.
      expect(await run(ws, api, model, [rows[1]])).toMatchObject({ added: 0, removed: 0, unchanged: 1 })
      // A row that changes is news of somebody.
      expect(await run(ws, api, model, [['1', 'ann-user', 'new'], rows[1]])).toMatchObject({ added: 1, unchanged: 1 })
    },
  )

  test('while a run is under way has it begin again, and nothing of them is written down or told', async () => {
    const { ws, api } = await aStory(['ann-user', 'bea-user'])
    const model = await aModel(api)
    const id = await begin(api, model, rows)
    const turn = async () =>
      (await env.DB.prepare('SELECT * FROM jobs WHERE workspace = ? AND id = ?').bind(ws.id, id).first<JobRow>())
        ?.turn ?? 0
    // One step: its rows are told and written down, and it is not over.
    expect(await runJob(env, { v: 1, workspace: ws.id, id, turn: await turn() }, { mostMs: 0 })).toBe('handed on')
    expect(await everythingOf(ws, model)).toMatch(MARKS)
    await erase(ws, api, 'ann-user')
    expect(await everythingOf(ws, model)).not.toMatch(MARKS)
    await runJobs(ws)
    expect(await everythingOf(ws, model)).not.toMatch(MARKS)
    const [last] = (await api('GET', `/models/${model}/runs`)).body.runs
    expect(last).toMatchObject({ state: 'done', added: 1 })
  })

  test('of another workspace, with the same ids, leaves this one as it is', async () => {
    const [mine, other] = [await aStory(['ann-user']), await aStory(['ann-user'])]
    const model = await aModel(mine.api)
    await run(mine.ws, mine.api, model, rows)
    await erase(other.ws, other.api, 'ann-user')
    expect(await run(mine.ws, mine.api, model, rows)).toMatchObject({ unchanged: 3 })
  })
})
