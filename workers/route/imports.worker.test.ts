import { env } from 'cloudflare:workers'
import { createHmac } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { mintWriteKey } from '../../platform/hashing.ts'
import { uploadKey } from '../../platform/import-files.ts'
import { jobRow } from '../../platform/jobs.ts'
import { importFile } from '../../queues/import-file.ts'
import { anApi } from '../../test/support/api.ts'
import { anImporter } from '../../test/support/import-file.ts'
import { aWorkspace, meterOf, profileOf, timelineOf } from '../../test/support/workspace.ts'

const CSV = [
  'type,userId,event,timestamp,messageId,properties.total,traits.plan',
  'identify,u1,,2026-03-01T10:00:00Z,m1,,pro',
  'track,u1,Order Placed,2026-03-02T10:00:00Z,m2,12.50,',
  'track,u2,"Order, ""Big""",2026-03-03T10:00:00+01:00,,7,',
  'track,,Nobody,2026-03-03T10:00:00Z,m4,7,',
].join('\n')

describe('a file', () => {
  test('is imported: events reach their people, what is wrong is told by row and column', async () => {
    const importer = await anImporter()
    const { status, jobId } = await importer.upload(CSV)
    expect(status).toBe(202)
    expect((await importer.api.call('GET', `/api/v1/imports/${jobId}`)).json).toMatchObject({
      state: 'queued',
      rows: 0,
      accepted: 0,
      rejected: 0,
      errorsUrl: null,
      bytes: { read: 0, total: CSV.length },
    })
    expect(await importer.run(jobId)).toMatchObject({
      state: 'done',
      rows: 4,
      accepted: 3,
      rejected: 1,
      errorsUrl: `https://t.example/api/v1/imports/${jobId}/errors`,
      reason: null,
    })
    expect(await importer.errors(jobId)).toEqual([
      'row,column,code,message,line',
      '4,userId,missing_identifier,"one of userId, anonymousId is required",5',
    ])
    expect(importer.messages().every(({ origin, trust }) => origin === 'import' && trust === 'server')).toBe(true)
    await importer.deliver()
    const person = await profileOf(importer.workspace, 'user_id', 'u1')
    expect(person.traits).toEqual({ plan: 'pro' })
    const events = await timelineOf(importer.workspace, person.id)
    expect(events.find(({ messageId }) => messageId === 'm2')).toMatchObject({
      name: 'Order Placed',
      timestamp: '2026-03-02T10:00:00.000Z',
      properties: { total: 12.5 },
    })
    const other = await profileOf(importer.workspace, 'user_id', 'u2')
    expect((await timelineOf(importer.workspace, other.id)).map(({ name }) => name)).toEqual(['Order, "Big"'])
    expect(await env.LAKE.head(uploadKey(importer.workspace.id, jobId))).toBeNull()
  })

  test('that comes again answers the job that is there; with again=1 it runs once more and doubles nothing', async () => {
    const importer = await anImporter()
    const first = await importer.upload(CSV)
    await importer.run(first.jobId)
    expect((await importer.upload(CSV)).jobId).toBe(first.jobId)
    const { objects } = await env.LAKE.list({ prefix: `imports/${importer.workspace.id}/` })
    expect(objects.filter(({ key }) => key.endsWith('/upload'))).toEqual([])
    const again = await importer.upload(CSV, 'text/csv', '?again=1')
    expect(again.jobId).not.toBe(first.jobId)
    await importer.run(again.jobId)
    await importer.deliver()
    const { counts } = await meterOf(importer.workspace)
    expect([counts['applied'], counts['duplicate']]).toEqual([3, 3])
  })

  test('of the past is applied whole, where live events would be late or too many', async () => {
    const importer = await anImporter({ lateEvents: 'archive_only', profileRatePerMinute: 10 })
    const rows = Array.from({ length: 50 }, (_, i) => `u1,Thing,2026-01-01T00:00:00Z,${i}`)
    const { jobId } = await importer.upload(`userId,event,timestamp,properties.i\n${rows.join('\n')}`)
    await importer.run(jobId)
    await importer.deliver()
    expect((await profileOf(importer.workspace, 'user_id', 'u1')).eventCounts).toEqual({ Thing: 50 })
  })

  test('whose import failed may be tried again', async () => {
    const importer = await anImporter()
    const broken = 'userId,traits,traits.plan\nu1,{},pro\n'
    const first = await importer.upload(broken)
    expect(await importer.run(first.jobId)).toMatchObject({
      state: 'failed',
      reason: 'the columns traits and traits.plan cannot both be written',
    })
    expect((await importer.upload(broken)).jobId).not.toBe(first.jobId)
  })

  test.each<[string, string, string | Uint8Array, string]>([
    [
      'NDJSON',
      'application/x-ndjson',
      '{"userId":"é1","event":"A"}\r\n\r\n{"userId":"u2","event":"B"},\nnot json\n',
      'broken_row',
    ],
    [
      'a JSON array',
      'application/json',
      '[{"userId":"é1","event":"A"},\n {"userId":"u2","event":"B"}, 7]',
      'not_an_object',
    ],
    ['tabs with a BOM', 'text/csv', '\ufeffuserId\tevent\né1\tA\n\nu2\tB\nu3\n', 'ragged_row'],
    [
      'windows-1252',
      'text/csv; charset=windows-1252',
      new Uint8Array(
        [...'userId;event\n']
          .map((c) => c.charCodeAt(0))
          .concat(0xe9, 0x31, 0x3b, 0x41, 10, 0x75, 0x32, 0x3b, 0x42, 10, 0x78),
      ),
      'ragged_row',
    ],
    [
      'UTF-16 LE',
      'text/csv',
      new Uint8Array(Buffer.from('\ufeffuserId;event\né1;A\nu2;B\nu3', 'utf16le')),
      'ragged_row',
    ],
    [
      'UTF-16 BE',
      'text/csv',
      new Uint8Array(Buffer.from('\ufeffuserId;event\né1;A\nu2;B\nu3', 'utf16le').swap16()),
      'ragged_row',
    ],
  ])('of %s gives the same events', async (_, type, file, fault) => {
    const importer = await anImporter()
    const { status, jobId } = await importer.upload(file, type)
    expect(status).toBe(202)
    expect(await importer.run(jobId)).toMatchObject({ state: 'done', rows: 3, accepted: 2, rejected: 1 })
    expect((await importer.errors(jobId))[1]).toContain(fault)
    const bodies = importer.messages().flatMap(({ items }) => items.map(({ body }) => body))
    expect(bodies).toMatchObject([
      { type: 'track', userId: 'é1', event: 'A' },
      { type: 'track', userId: 'u2', event: 'B' },
    ])
  })

  test('with a mapping becomes what the mapping says', async () => {
    const importer = await anImporter()
    const mapping = {
      name: 'orders',
      format: 'csv',
      columns: {
        Customer: ['userId', 'properties.customer'],
        'When ordered': 'timestamp:date:DD.MM.YYYY HH:mm',
        Total: 'properties.total:number',
        Gift: 'properties.gift:boolean',
      },
      constants: { type: 'track', event: 'Order Placed', 'properties.currency': 'EUR' },
      timezone: 'Europe/Berlin',
    }
    expect((await importer.api.call('POST', '/api/v1/mappings', mapping)).status).toBe(201)
    const file =
      'Customer;When ordered;Total;Gift;Left out\n007;01.07.2026 12:00;9.90;yes;x\n008;31.02.2026 12:00;1;no;x\n009;01.07.2026 12:00;1,5;no;x'
    const { jobId } = await importer.upload(file, 'text/csv', '?mapping=orders')
    expect(await importer.run(jobId)).toMatchObject({ state: 'done', accepted: 1, rejected: 2 })
    expect((await importer.errors(jobId)).slice(1).map((line) => line.split(',').slice(0, 3))).toEqual([
      ['2', 'When ordered', 'bad_date'],
      ['3', 'Total', 'bad_number'],
    ])
    expect(importer.messages().flatMap(({ items }) => items.map(({ body }) => body))).toEqual([
      {
        type: 'track',
        event: 'Order Placed',
        userId: '007',
        timestamp: '2026-07-01T10:00:00.000Z',
        properties: { currency: 'EUR', customer: '007', total: 9.9, gift: true },
      },
    ])
    const other = await importer.upload('Kunde;Total\n1;2', 'text/csv', '?mapping=orders')
    expect(await importer.run(other.jobId)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('the file has no column Customer, When ordered, Gift'),
    })
  })

  test('with a connector becomes what the connector makes of it', async () => {
    const importer = await anImporter()
    const chat =
      '12/03/2026, 14:05 - Ann: hello\nyou\n12/03/2026, 14:06 - +44 7700 900123: hi\n12/03/2026, 14:07 - Bob left\n'
    const { jobId } = await importer.upload(chat, 'text/plain', '?connector=whatsapp-chat')
    expect(await importer.run(jobId)).toMatchObject({
      state: 'done',
      rows: 3,
      accepted: 2,
      skipped: 1,
    })
    const bodies = importer.messages().flatMap(({ items }) => items.map(({ body }) => body))
    expect(bodies).toMatchObject([
      { event: 'WhatsApp Message Received', properties: { text: 'hello\nyou' } },
      { context: { externalIds: [{ type: 'phone', id: '+447700900123' }] } },
    ])
  })
})

describe('an import that is interrupted', () => {
  const rows = Array.from({ length: 12_000 }, (_, i) => `u${i % 50},Thing ${i},2026-01-01T00:00:00Z`)
  const file = `userId,event,timestamp\n${rows.join('\n')}\n`

  test('goes on where it was, with the same copies and ids, whatever the queues refused', async () => {
    const whole = await anImporter()
    const { jobId: all } = await whole.upload(file)
    expect(await whole.run(all)).toMatchObject({ state: 'done', accepted: 12_000 })
    const idsOf = (importer: typeof whole) =>
      new Map(
        importer
          .messages()
          .flatMap(({ requestId, items }) =>
            items.map(({ i, messageId }) => [`${requestId.split('-')[1]}.${i}`, messageId]),
          ),
      )
    const importer = await anImporter()
    const { jobId } = await importer.upload(file)
    let calls = 0
    const sendBatch = importer.queue.sendBatch.bind(importer.queue)
    importer.queue.sendBatch = async (messages) => {
      calls++
      // In the middle of a page both queues begin to refuse, for longer than a step is patient.
      if (calls > 2 && calls < 40) throw new Error('full')
      await sendBatch(messages)
    }
    expect(await importer.run(jobId)).toMatchObject({ state: 'done', rows: 12_000, accepted: 12_000 })
    expect(idsOf(importer)).toEqual(idsOf(whole))
    expect(idsOf(importer).size).toBe(12_000)
    expect(new Set(idsOf(importer).values()).size).toBe(12_000)
    expect(Math.max(...importer.queue.texts.map((text) => Buffer.byteLength(text)))).toBeLessThan(64_000)
  })

  test('sends the same messages and lists the same errors when every step is done twice', async () => {
    const importer = await anImporter()
    const { jobId } = await importer.upload(file.replaceAll(',2026-01-01T00:00:00Z\nu7,', ',2026-01-01T00:00:00Z\n,'))
    const row = await jobRow(env, importer.workspace.id, jobId)
    const input = JSON.parse(row?.input ?? '')
    const job = { id: jobId, workspace: importer.workspace.id, input, done: 0, total: 0, errors: 0 }
    const sent: (readonly string[])[] = []
    const listed: (readonly string[])[] = []
    for (let cursor: unknown = null, isFinished = false; !isFinished; ) {
      const step = () => importFile.step(importer.env, { ...job, cursor }, Date.now())
      const outcome = []
      for (let time = 0; time < 2; time++) {
        importer.queue.calls.length = 0
        outcome.push(await step())
        sent.push([...importer.queue.texts])
        listed.push(await importer.errors(jobId))
      }
      expect(outcome[0]).toEqual(outcome[1])
      expect(sent.at(-1)).toEqual(sent.at(-2))
      expect(listed.at(-1)).toEqual(listed.at(-2))
      ;[cursor, isFinished] = [outcome[0]?.cursor, outcome[0]?.finished === true]
    }
    expect(sent.flat().length).toBeGreaterThan(20)
    expect(listed.at(-1)).toHaveLength(241)
  })

  test('waits while the queues are full', async () => {
    const importer = await anImporter()
    const { jobId } = await importer.upload(file)
    importer.queue.backlogCount = 500
    const waited: number[] = []
    const { runJob } = await import('../../queues/run-jobs.ts')
    const message = { v: 1 as const, workspace: importer.workspace.id, id: jobId, turn: 0 }
    await runJob(importer.env, message, {
      sleep: async (ms) => {
        waited.push(ms)
        expect(importer.queue.texts).toEqual([])
        if (waited.length === 3) importer.queue.backlogCount = 0
      },
    })
    expect(waited).toHaveLength(3)
    expect((await importer.api.call('GET', `/api/v1/imports/${jobId}`)).json).toMatchObject({ accepted: 12_000 })
  })
})

describe('POST /v1/bulk/import', () => {
  test('takes a write key for its own source', async () => {
    const importer = await anImporter()
    const key = mintWriteKey(env.WRITE_KEY_SECRET, importer.workspace.source)
    const headers = { Authorization: `Basic ${btoa(`${key}:`)}`, 'Content-Type': 'text/csv' }
    const { status, json } = await importer.api.call('POST', '/v1/bulk/import', CSV, headers)
    expect(status).toBe(202)
    await importer.run(json.jobId)
    expect(importer.messages()[0]).toMatchObject({ source: importer.workspace.source, trust: 'public' })
  })

  test('takes what a server signed, and nothing that was changed on the way', async () => {
    const importer = await anImporter()
    const created = await importer.api.call('POST', '/api/v1/sources', { name: 'shop', kind: 'server' })
    const { id, appKey, secretKey } = created.json
    const timestamp = String(Math.floor(Date.now() / 1_000))
    const signature = createHmac('sha256', secretKey).update(`${timestamp}.${CSV}`).digest('hex')
    const headers = {
      Authorization: '',
      'Content-Type': 'text/csv',
      'X-App-Key': appKey,
      'X-Timestamp': timestamp,
      'X-Signature': `sha256=${signature}`,
    }
    const changed = await importer.api.call('POST', '/v1/bulk/import', `${CSV} `, headers)
    expect(changed.status).toBe(401)
    const { status, json } = await importer.api.call('POST', '/v1/bulk/import', CSV, headers)
    expect(status).toBe(202)
    expect(await importer.run(json.jobId)).toMatchObject({ accepted: 3 })
    expect(importer.messages()[0]).toMatchObject({ source: id, trust: 'server' })
  })

  test('refuses what it cannot take, before reading it', async () => {
    const importer = await anImporter()
    const { api } = importer
    const post = (type: string, query = '', headers: Record<string, string> = {}) =>
      api.call('POST', `/v1/bulk/import${query}`, CSV, { 'Content-Type': type, ...headers })
    expect((await post('application/pdf')).status).toBe(415)
    expect((await post('text/plain')).status).toBe(415)
    expect((await post('text/csv; charset=klingon')).status).toBe(415)
    expect((await post('text/csv', '?mapping=none')).json).toMatchObject({
      code: 'unprocessable',
      errors: [{ path: 'mapping' }],
    })
    expect((await post('text/csv', '?connector=none')).status).toBe(422)
    expect((await post('text/csv', '?connector=whatsapp-chat')).status).toBe(422)
    expect((await post('text/csv', '?source=src_other')).status).toBe(422)
    expect((await post('text/csv', '', { 'Content-Length': String(101 * 1024 * 1024) })).status).toBe(413)
    expect((await api.call('POST', '/v1/bulk/import', '', { 'Content-Type': 'text/csv' })).status).toBe(400)
    expect((await api.call('GET', '/v1/bulk/import')).status).toBe(405)
    const lesser = await anApi(importer.workspace.id, ['imports:read'])
    expect((await lesser.call('POST', '/v1/bulk/import', CSV, { 'Content-Type': 'text/csv' })).status).toBe(403)
    const foreign = await anApi((await aWorkspace()).id)
    const { jobId } = await importer.upload(CSV)
    for (const path of [`/api/v1/imports/${jobId}`, `/api/v1/imports/${jobId}/errors`, '/api/v1/imports/job_none']) {
      expect((await foreign.call('GET', path)).status).toBe(404)
    }
  })

  test('unpacks gzip, refuses what is none, and is not fooled by a bomb', async () => {
    const importer = await anImporter()
    const post = (file: Uint8Array, encoding = 'gzip') =>
      importer.api.call('POST', '/v1/bulk/import', file, { 'Content-Type': 'text/csv', 'Content-Encoding': encoding })
    const packed = gzipSync(CSV)
    const { status, json } = await post(packed)
    expect(status).toBe(202)
    expect(await importer.run(json.jobId)).toMatchObject({ rows: 4 })
    // Packed or not, it is the same file.
    expect((await importer.upload(CSV)).jobId).toBe(json.jobId)
    for (const broken of [packed.subarray(0, 40), new TextEncoder().encode(CSV)]) {
      expect((await post(broken)).json).toMatchObject({ code: 'invalid_request', detail: 'the body is not valid gzip' })
    }
    expect((await post(packed, 'br')).status).toBe(415)
    const bomb = gzipSync(new Uint8Array(110 * 1024 * 1024))
    expect((await post(bomb)).status).toBe(413)
    expect((await env.LAKE.list({ prefix: `imports/${importer.workspace.id}/` })).objects).toHaveLength(1)
  })

  test('ends with 413 when a stream turns out to be too large, and keeps nothing of it', async () => {
    const importer = await anImporter()
    const chunk = new Uint8Array(4 * 1024 * 1024).fill(0x61)
    let chunks = 0
    const body = new ReadableStream<Uint8Array>({
      pull: (out) => (chunks++ < 30 ? out.enqueue(chunk) : out.close()),
    })
    const { status } = await importer.api.call('POST', '/v1/bulk/import', body, { 'Content-Type': 'text/csv' })
    expect(status).toBe(413)
    expect((await env.LAKE.list({ prefix: `imports/${importer.workspace.id}/` })).objects).toEqual([])
  })
})
