import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { allRows, lakeSnapshot } from '../../platform/lake-reader.ts'
import { compactRound } from '../../queues/compact-round.ts'
import { defaultSettings } from '../../shared/config/workspace-config.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { apiClient } from '../support/api-client.ts'
import { runJobs } from '../support/run-jobs.ts'
import { aMessage, aWorkspace, deliver, type TestWorkspace } from '../support/workspace.ts'

/** The bad input of the lake, word by word, from what is sent to rows of silver and gold. */
async function silverOf({ id }: TestWorkspace) {
  return allRows(env.LAKE, await lakeSnapshot(env.LAKE, id), 'events', defaultSettings)
}

async function compact(ws: TestWorkspace) {
  const api = await apiClient(ws)
  await api('POST', '/lake/compact')
  await runJobs(ws)
  const { body } = await api('GET', '/lake')
  expect(body.waiting.events).toBe(0)
  const rows = body.tables as { layer: string; table: string; rows: number }[]
  return Object.fromEntries(rows.map(({ table, rows: count }) => [table, count]))
}

test('integers beyond 2^53 are the nearest double, numbers beyond all doubles are null, and dates before 1970 are flagged', async () => {
  const ws = await aWorkspace()
  // As the edge reads it: JavaScript has no other numbers.
  const properties = JSON.parse(
    '{"big":9007199254740993,"more":1e400,"least":5e-324,"minus":-0,"list":[1e999]}',
  ) as JsonObject
  const timestamp = '1955-11-05T06:00:00.000Z'
  await deliver([
    aMessage(ws, [{ type: 'track', event: 'Odd', userId: 'u', messageId: 'odd', properties, timestamp }]),
    aMessage(ws, [{ type: 'track', event: 'Even', userId: 'u', messageId: 'even', timestamp: '2001-01-01T00:00:00Z' }]),
  ])
  const before = await silverOf(ws)
  await compact(ws)
  const rows = await silverOf(ws)
  // In bronze as in silver.
  expect(rows).toEqual(before)
  const odd = rows.find(({ message_id }) => message_id === 'odd')
  expect(odd?.['properties']).toEqual({ big: 9007199254740992, more: null, least: 5e-324, minus: 0, list: [null] })
  expect(odd).toMatchObject({ clock: true, original_timestamp: timestamp, timestamp: odd?.['received_at'] })
  expect(rows.find(({ message_id }) => message_id === 'even')).toMatchObject({
    clock: false,
    timestamp: 978_307_200_000,
  })
})

test('a property whose type changes by event is in silver what it was in each', async () => {
  const ws = await aWorkspace()
  const values = [1, 'one', true, null, { deep: [1] }, [1, 'two']]
  await deliver([
    aMessage(
      ws,
      values.map((value, i) => ({ type: 'track', event: 'T', userId: 'u', messageId: `t${i}`, properties: { value } })),
    ),
  ])
  await compact(ws)
  const rows = (await silverOf(ws)).toSorted((a, b) => (String(a['message_id']) < String(b['message_id']) ? -1 : 1))
  expect(rows.map(({ properties }) => (properties as JsonObject)['value'])).toEqual(values)
})

test('thousands of distinct event names are rows like others, and gold is built of them', async () => {
  const ws = await aWorkspace()
  const names = Array.from({ length: 2_000 }, (_, i) => `name ${i} "'.${i % 7 === 0 ? '\u{1F600}' : ''}`)
  for (let from = 0; from < names.length; from += 500)
    await deliver(
      [0, 100, 200, 300, 400].map((at) =>
        aMessage(
          ws,
          names.slice(from + at, from + at + 100).map((event) => ({ type: 'track', event, userId: `u${at}` })),
        ),
      ),
    )
  expect(await compact(ws)).toMatchObject({ events: 2_000, profiles: 5 })
  expect(new Set((await silverOf(ws)).map(({ name }) => name))).toEqual(new Set(names))
}, 120_000)

test('two compactors at once, and a third: one of them is at it, and every event is there once', async () => {
  const ws = await aWorkspace()
  const event = (n: number) => ({ type: 'track', event: 'T', userId: `u${n % 3}`, messageId: `m${n}` })
  for (let n = 0; n < 12; n++) await deliver([aMessage(ws, [event(n)])])
  const until = Number.MAX_SAFE_INTEGER
  const compacting = async (by: string) => {
    for (let ends = ''; ends !== 'nothing'; ) ends = await compactRound(env, { by, now: Date.now(), until })
  }
  await Promise.all(['a', 'b', 'c'].map(compacting))
  const keys = (await silverOf(ws)).map(({ message_id }) => String(message_id))
  expect(keys.length).toBe(12)
  expect(new Set(keys).size).toBe(12)
})
