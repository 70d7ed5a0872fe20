import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readParquet } from '../../platform/lake-parquet.ts'
import { type Row, SILVER } from '../../shared/lake/columns.ts'
import { DayManifest, filesOf } from '../../shared/lake/manifest.ts'
import { apiClient } from '../../test/support/api-client.ts'
import { runJobs } from '../../test/support/run-jobs.ts'
import { aToken } from '../../test/support/token.ts'
import { aMessage, aWorkspace, deliver, type TestWorkspace } from '../../test/support/workspace.ts'
import worker from '../index.ts'

async function fileOf(ws: TestWorkspace, key: string) {
  const headers = { Authorization: `Bearer ${(await aToken(ws.id)).text}` }
  const request = new Request(`https://t.example/api/v1/lake/files/${encodeURIComponent(key)}`, { headers })
  const response = await worker.fetch(request, env, createExecutionContext())
  return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) }
}

const textOf = (body: Uint8Array) => new TextDecoder().decode(body)
const click = (userId: string) => ({ type: 'track', event: 'Click', userId, messageId: `m-${userId}` })

test('an object of bronze is read by each workspace for its own lines, and named to nobody else', async () => {
  const [one, two, none] = [await aWorkspace(), await aWorkspace(), await aWorkspace()]
  await deliver([aMessage(one, [click('u1'), click('u2')]), aMessage(two, [click('u3')])])
  const [api, other, third] = [await apiClient(one), await apiClient(two), await apiClient(none)]
  const { tail } = (await api('GET', '/lake/manifest')).body
  const [key] = tail.filter((name: string) => name.startsWith('bronze/events/'))
  expect((await other('GET', '/lake/manifest')).body.tail).toContain(key)
  expect((await third('GET', '/lake/manifest')).body.tail).toEqual([])
  const linesOf = async (ws: TestWorkspace) =>
    textOf(new Uint8Array(gunzipSync((await fileOf(ws, key)).body)))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).messageId)
  expect(await linesOf(one)).toEqual(['m-u1', 'm-u2'])
  expect(await linesOf(two)).toEqual(['m-u3'])
  expect((await fileOf(none, key)).status).toBe(404)
  expect((await api('GET', '/lake/bronze')).body.objects).toContain(key)
  expect((await third('GET', '/lake/bronze')).body.objects).toEqual([])
  expect((await api('GET', '/lake/bronze?to=2020-01-01')).body).toEqual({ objects: [], cursor: null })
})

test('files are served as they are, to their own workspace alone; a key that is none is not there', async () => {
  const [ws, other] = [await aWorkspace(), await aWorkspace()]
  await deliver([aMessage(ws, [click('u1')])])
  const api = await apiClient(ws)
  await api('POST', '/lake/compact')
  await runJobs(ws)
  const { root } = (await api('GET', '/lake/manifest')).body
  const [{ key }] = Object.values(root.days) as [{ key: string }]
  const day = DayManifest.parse(JSON.parse(textOf((await fileOf(ws, key)).body)))
  const [file] = filesOf(day, 'events')
  const rows: Row[] = await readParquet(SILVER.events, (await fileOf(ws, String(file?.key))).body.buffer)
  expect(rows.map((row) => row['message_id'])).toEqual(['m-u1'])
  const [gold] = root.gold.tables.profiles
  expect((await fileOf(ws, gold.key)).status).toBe(200)
  const keys = [key, String(file?.key), gold.key, `lake/ws=${ws.id}/manifest.json`]
  for (const one of keys) expect([one, (await fileOf(other, one)).status]).toEqual([one, 404])
  const nowhere = [
    'lake/compaction.json',
    `lake/ws=${other.id}/../ws=${ws.id}/manifest.json`,
    `silver/nothing/ws=${ws.id}/a.parquet`,
    `imports/ws=${ws.id}/a.json`,
    'bronze/events/nothing',
    '',
  ]
  for (const one of nowhere) expect([one, (await fileOf(ws, one)).status]).toEqual([one, 404])
})

test('people come in pages, as rows of gold, without those of others', async () => {
  const [ws, other] = [await aWorkspace(), await aWorkspace()]
  const items = Array.from({ length: 30 }, (_, n) => ({ type: 'identify', userId: `u${n}`, traits: { n } }))
  await deliver([aMessage(ws, items), aMessage(other, [{ type: 'identify', userId: 'x', traits: {} }])])
  const api = await apiClient(ws)
  const found = new Set<number>()
  for (let cursor: string | null = '0.0'; cursor !== null; ) {
    const { body } = await api('GET', `/lake/people?cursor=${cursor}`)
    for (const row of body.profiles) found.add(row.traits.n)
    cursor = body.cursor
  }
  expect([...found].sort((a, b) => a - b)).toEqual(items.map((_, n) => n))
})
