import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { jobRow } from '../../platform/jobs.ts'
import { importMembers } from '../../queues/import-members.ts'
import { runJob } from '../../queues/run-jobs.ts'
import type { IngestMessage } from '../../shared/message/ingest-message.ts'
import { type Api, anApi } from '../../test/support/api.ts'
import { aMessage, aWorkspace, deliver, locate, profileOf, type TestWorkspace } from '../../test/support/workspace.ts'

const CSV = { 'Content-Type': 'text/csv' }
const NDJSON = { 'Content-Type': 'application/x-ndjson' }

let ws: TestWorkspace
let api: Api
/** What the import put on the EVENTS queues. */
let sent: string[] = []
const queue = {
  send: async (text: string) => sent.push(text),
  sendBatch: async (messages: { body: string }[]) => sent.push(...messages.map(({ body }) => body)),
  metrics: async () => ({ backlogCount: 0, backlogBytes: 0 }),
} as unknown as Queue
const here: Env = { ...env, EVENTS_0: queue, EVENTS_1: queue, JOBS: { send: async () => {} } as unknown as Queue }

beforeAll(async () => {
  ws = await aWorkspace({ windowMs: 0 })
  api = await anApi(ws.id, ['*'], here)
  await deliver([
    aMessage(ws, [
      { type: 'identify', userId: 'u1', traits: { email: 'ann@example.com' } },
      { type: 'identify', userId: 'u2', traits: { phone: '+15551234567' } },
      { type: 'identify', userId: 'u3' },
    ]),
  ])
})

const upload = (key: string, file: string | Uint8Array, headers = CSV as Record<string, string>, query = '') =>
  api.call('POST', `/api/v1/segments/${key}/members:import${query}`, file, headers)

/** Carries the import out, and lets the pipeline take what it sent, until it is over. */
async function carriedOut(jobId: string, clock = Date.now()): Promise<void> {
  for (let round = 0; round < 50; round++) {
    const row = await jobRow(env, ws.id, jobId)
    if (!row || (row.state !== 'queued' && row.state !== 'running')) return
    const message = { v: 1 as const, workspace: ws.id, id: jobId, turn: row.turn }
    let at = clock + round * 200_000
    await runJob(here, message, {
      kinds: [importMembers],
      now: () => at,
      sleep: async (ms) => void (at += ms),
      mostMs: 1,
    })
    const messages = sent.map((text) => JSON.parse(text) as IngestMessage)
    sent = []
    if (messages.length > 0) await deliver(messages)
  }
}

async function imported(key: string, file: string | Uint8Array, headers?: Record<string, string>, query?: string) {
  const { status, json } = await upload(key, file, headers, query)
  expect([status, json]).toEqual([202, { jobId: expect.any(String) }])
  await carriedOut(json.jobId)
  const job = await api.call('GET', `/api/v1/imports/${json.jobId}`)
  const errors = await api.call('GET', `/api/v1/imports/${json.jobId}/errors`)
  return { job: job.json, errors: errors.text.trimEnd().split('\r\n').slice(1) }
}

const segmentsOf = async (user: string) => (await profileOf(ws, 'user_id', user)).segments.map(({ key }) => key)

describe('a file of identifiers', () => {
  test('makes a segment of the people it names, reports who is not known, and tells ENTER', async () => {
    const { job, errors } = await imported('first', 'user_id\nu1\nnobody\nu3\n')
    expect(job).toMatchObject({ state: 'done', rows: 3, accepted: 2, rejected: 1, errorsUrl: expect.any(String) })
    expect(errors).toEqual(['2,user_id,unknown_person,nobody with this identifier is known,3'])
    expect(await segmentsOf('u1')).toContain('first')
    expect(await segmentsOf('u2')).not.toContain('first')
    expect(await locate(ws, 'user_id', 'nobody')).toBeNull()
    const { json } = await api.call('GET', '/api/v1/segments/first')
    expect(json).toMatchObject({ kind: 'file', version: 1, state: 'ready', sentence: 'is on the imported list first' })
    const events = await api.call('GET', '/api/v1/profiles/user_id:u1/events')
    expect(events.json.events.map(({ name }: { name: string }) => name)).toContain('first ENTER')
  })

  test('may name people by any identifier, and the strongest that is known counts', async () => {
    await imported('mixed', 'Name,Email,user_id,phone\nAnn,ANN@example.com,,\nBob,b@x.y,u3,\nCy,,,+1 555 123 4567\n')
    expect(await segmentsOf('u1')).toContain('mixed')
    expect(await segmentsOf('u2')).toContain('mixed')
    expect(await segmentsOf('u3')).toContain('mixed')
    // A list says who is on it, not who is who.
    expect(await locate(ws, 'email', 'b@x.y')).toBeNull()
  })

  test('makes people when that is asked for', async () => {
    const { job } = await imported('made', '{"email":"new@example.com"}\n{"user_id":77}\n', NDJSON, '?create=true')
    expect(job).toMatchObject({ accepted: 2, rejected: 0, errorsUrl: null })
    expect((await profileOf(ws, 'email', 'new@example.com')).segments.map(({ key }) => key)).toContain('made')
    expect(await segmentsOf('77')).toContain('made')
  })

  test('with broken rows loses only those, by row', async () => {
    const bytes = new Uint8Array([...new TextEncoder().encode('user_id,note\nu1,ok\nu2\nu3,'), 0xff, 0xfe, 0x0a])
    const { job, errors } = await imported('broken', bytes)
    expect(job).toMatchObject({ state: 'done', accepted: 1, rejected: 2 })
    expect(errors.map((line) => line.split(',').slice(0, 3))).toEqual([
      ['2', '', 'ragged_row'],
      ['3', 'note', 'bad_encoding'],
    ])
  })

  test.each([
    [
      '{"user_id":"u1"}\n{"user_id":\n["u1"]\n{"name":"x","colour":"y"}\n{"email":"no mail"}\n{"user_id":"null"}\n',
      NDJSON,
      ['broken_row', 'no_identifier', 'no_identifier', 'bad_identifier', 'blocked_identifier'],
    ],
  ])('rows that name nobody are told apart', async (file, headers, codes) => {
    const { errors } = await imported('faults', file, headers)
    expect(errors.map((line) => line.split(',')[2])).toEqual(codes)
  })

  test('packed with gzip', async () => {
    const packed = new Blob(['user_id\nu2\n']).stream().pipeThrough(new CompressionStream('gzip'))
    const bytes = new Uint8Array(await new Response(packed).arrayBuffer())
    const { job } = await imported('packed', bytes, { ...CSV, 'Content-Encoding': 'gzip' })
    expect(job).toMatchObject({ accepted: 1, rejected: 0 })
  })

  test('in UTF-16, as spreadsheets save it, with semicolons', async () => {
    const text = '\ufeffuser_id;name\r\nu3;Ünal\r\n'
    const bytes = new Uint8Array(Uint16Array.from(text, (sign) => sign.charCodeAt(0)).buffer)
    const { job } = await imported('sheet', bytes)
    expect(job).toMatchObject({ accepted: 1, rejected: 0 })
    expect(await segmentsOf('u3')).toContain('sheet')
  })
})

describe('an import that is interrupted', () => {
  test('sends the same messages again, and nobody is counted twice', async () => {
    const { json } = await upload('again', 'user_id\nu1\nnobody\nu3\n')
    const row = await jobRow(env, ws.id, json.jobId)
    const job = {
      id: json.jobId,
      workspace: ws.id,
      input: JSON.parse(row?.input ?? ''),
      cursor: null,
      done: 0,
      total: 0,
      errors: 0,
    }
    const later = Date.now() + 60_000
    sent = []
    const first = await importMembers.step(here, job, later)
    const firstSent = sent.splice(0)
    expect(await importMembers.step(here, job, later)).toEqual(first)
    expect(sent).toEqual(firstSent)
    expect(first).toMatchObject({ done: 3, errors: 1 })
    await deliver([...firstSent, ...sent].map((text) => JSON.parse(text) as IngestMessage))
    sent = []
    await carriedOut(json.jobId)
    expect((await api.call('GET', `/api/v1/imports/${json.jobId}`)).json).toMatchObject({ accepted: 2, rejected: 1 })
    const { json: timeline } = await api.call('GET', '/api/v1/profiles/user_id:u1/events?name=again%20ENTER')
    expect(timeline.events).toHaveLength(1)
  })

  test('ends when it is cancelled', async () => {
    const { json } = await upload('stopped', 'user_id\nu1\n')
    expect((await api.call('POST', `/api/v1/jobs/${json.jobId}/cancel`)).json).toMatchObject({ state: 'cancelled' })
    await carriedOut(json.jobId)
    expect(await segmentsOf('u1')).not.toContain('stopped')
  })
})

describe('a second file', () => {
  test('adds to the list', async () => {
    await imported('grows', 'user_id\nu1\n')
    await imported('grows', 'user_id\nu2\n')
    expect([await segmentsOf('u1'), await segmentsOf('u2')]).toEqual([
      expect.arrayContaining(['grows']),
      expect.arrayContaining(['grows']),
    ])
    expect((await api.call('GET', '/api/v1/segments/grows')).json).toMatchObject({ version: 1 })
  })

  test('replaces the list when that is asked for: whoever is not in it leaves', async () => {
    await imported('swap', 'user_id\nu1\nu2\n')
    await imported('swap', 'user_id\nu2\n', CSV, '?mode=replace')
    expect((await api.call('GET', '/api/v1/segments/swap')).json).toMatchObject({ version: 2, kind: 'file' })
    // The next event looks at the new version; the build job would tell the others.
    await deliver([
      aMessage(ws, [
        { type: 'track', event: 'x', userId: 'u1' },
        { type: 'track', event: 'x', userId: 'u2' },
      ]),
    ])
    await expect.poll(() => segmentsOf('u1'), { timeout: 10_000 }).not.toContain('swap')
    expect(await segmentsOf('u2')).toContain('swap')
  })

  test('of a list that was deleted does not bring the old members back', async () => {
    await imported('lost', 'user_id\nu1\n')
    await api.call('DELETE', '/api/v1/segments/lost')
    await imported('lost', 'user_id\nu2\n')
    await deliver([aMessage(ws, [{ type: 'track', event: 'y', userId: 'u1' }])])
    expect(await segmentsOf('u2')).toContain('lost')
    expect(await segmentsOf('u1')).not.toContain('lost')
  })
})

describe('what is refused', () => {
  test.each([
    ['/api/v1/segments/x/members:import', 'a,b\n', { 'Content-Type': 'image/png' }, 415],
    ['/api/v1/segments/x/members:import', 'a,b\n', { 'Content-Type': 'text/plain' }, 415],
    ['/api/v1/segments/x/members:import?mode=perhaps', 'user_id\nu1', CSV, 400],
    ['/api/v1/segments/has%20space/members:import', 'user_id\nu1', CSV, 400],
    ['/api/v1/segments/x/members:import', '', CSV, 400],
    ['/api/v1/segments/x/members:export', 'user_id\nu1', CSV, 404],
  ])('%s %j', async (path, body, headers, status) => {
    expect((await api.call('POST', path, body, headers)).status).toBe(status)
    expect((await api.call('GET', '/api/v1/segments/x')).status).toBe(404)
  })

  test('a file over a segment that a condition defines', async () => {
    await api.call('POST', '/api/v1/segments', { key: 'ruled', name: 'r', condition: { type: 'everyone' } })
    expect((await upload('ruled', 'user_id\nu1\n')).status).toBe(409)
  })

  test('a file without any identifier fails with the reason', async () => {
    const { job } = await imported('nothing', 'name,city\nAnn,Berlin\n')
    expect(job).toMatchObject({ state: 'failed', reason: expect.stringContaining('no column names') })
    const left = await env.LAKE.list({ prefix: `imports/${ws.id}/${job.jobId}/` })
    expect(left.objects).toEqual([])
  })

  test('a token without the scope', async () => {
    const reader = await anApi(ws.id, ['segments:read'], here)
    expect((await reader.call('POST', '/api/v1/segments/x/members:import', 'user_id\nu1', CSV)).status).toBe(403)
  })
})

describe('a mark', () => {
  test('is no trait of the profile, and a public write key cannot set it', async () => {
    await imported('hidden', 'user_id\nu1\n')
    const profile = await api.call('GET', '/api/v1/profiles/user_id:u1?meta=1')
    expect(profile.text).not.toContain('$list')
    await deliver([aMessage(ws, [{ type: 'identify', userId: 'u3', traits: { '$list:hidden': 9e15, plan: 'pro' } }])])
    expect(await segmentsOf('u3')).not.toContain('hidden')
    expect((await profileOf(ws, 'user_id', 'u3')).traits).toEqual({ plan: 'pro' })
  })

  test('survives a merge: whoever is on a list as one of two is on it as one', async () => {
    await deliver([aMessage(ws, [{ type: 'track', event: 'v', anonymousId: 'a9' }])])
    await imported('merged', 'anonymous_id\na9\n')
    await deliver([aMessage(ws, [{ type: 'identify', userId: 'u9', anonymousId: 'a9' }])])
    expect(await segmentsOf('u9')).toContain('merged')
  })
})
