import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import costPage from '../docs/cost.md?raw'
import { identityStub } from '../platform/stubs.ts'
import { forgetAllAnswers } from '../queues/resolve-copies.ts'
import type { IngestMessage } from '../shared/message/ingest-message.ts'
import { type Bill, metered, operationsOf, rowsWrittenDuring } from './support/metered.ts'
import { aMessage, aWorkspace, deliver, type TestWorkspace } from './support/workspace.ts'

/**
 * What an event costs, counted. docs/cost.md shows these figures: when one changes, this test says what to write there.
 */
const BUILT_IN = {
  power_user: { type: 'event', name: '*', count: { op: 'gte', value: 5 }, window: { last: '24h' } },
  pro_plan: { type: 'trait', path: 'plan', op: 'eq', value: 'pro' },
  reengage: { type: 'returned', after: '10m', within: '30m' },
}

/** About one kilobyte as sent, like a page view of a browser SDK. */
const event = (person: string) => ({
  type: 'track',
  event: 'Product Viewed',
  userId: person,
  anonymousId: `anon-${person}`,
  messageId: crypto.randomUUID(),
  properties: { sku: 'S-1', title: 'x'.repeat(500), price: 12.5 },
  context: { page: { url: 'https://shop.example/products/1', path: '/products/1' }, userAgent: 'y'.repeat(150) },
})

interface Shape {
  readonly name: string
  readonly people: number
  readonly eventsPerMessage: number
  /** Each event of a message is of another person. */
  readonly mixed?: true
  /** Whether each of them was there before the counted batch; else it counts what a new person costs. */
  readonly known: boolean
}

const SHAPES: readonly Shape[] = [
  { name: 'single events, known people', people: 100, eventsPerMessage: 1, known: true },
  { name: 'batches of 10 per person, known people', people: 50, eventsPerMessage: 10, known: true },
  { name: 'a server’s batches of 50 people, known', people: 200, eventsPerMessage: 50, known: true, mixed: true },
  { name: 'the first event of a person', people: 100, eventsPerMessage: 1, known: false },
]

/** Dollars per million, list prices of November 2026 (docs/cost.md names the pages). */
const PRICE = { row: 1, rowRead: 0.001, queueOperation: 0.4, objectRequest: 0.15, r2Write: 4.5, request: 0.3 }

async function costOf(shape: Shape) {
  // A long window, so that no alarm of the preparation fires into the count on a slow machine.
  const ws = await aWorkspace({ windowMs: 60_000 }, BUILT_IN)
  const people = Array.from({ length: shape.people }, (_, i) => `p${i}`)
  const messages = () =>
    shape.mixed
      ? chunksOf(people, shape.eventsPerMessage).map((some) => aMessage(ws, some.map(event)))
      : people.map((person) => messageOf(ws, person, shape.eventsPerMessage))
  // The meters and the graph exist; a person known from an hour ago is neither new nor about to become a power user.
  await deliver(Array.from({ length: 8 }, () => messageOf(ws, 'somebody', 1)))
  if (shape.known) await deliver(messages().map((message) => ({ ...message, receivedAt: Date.now() - 1_000 })))
  forgetAllAnswers()

  const bill: Bill = { rowsWritten: 0, alarms: 0, objectRequests: 0, queueOperations: 0, r2Writes: 0 }
  const counted = messages()
  for (const message of counted) bill.queueOperations += operationsOf(Buffer.byteLength(JSON.stringify(message)))
  const handles = await runInDurableObject(identityStub(env, ws.id), (_, { storage }) => ({
    storage,
    sql: storage.sql,
  }))
  const written = await rowsWrittenDuring(handles.sql, handles.storage, async () => {
    await deliver(counted, 1, metered(env, bill))
  })
  const events = shape.people * (shape.mixed ? 1 : shape.eventsPerMessage)
  const rows = (written.rows + written.alarms) / events
  const read = written.read / events
  const [queue, objects, r2] = [bill.queueOperations, bill.objectRequests, bill.r2Writes].map((n) => n / events) as [
    number,
    number,
    number,
  ]
  const requests = 1 / shape.eventsPerMessage
  const dollars =
    rows * PRICE.row +
    read * PRICE.rowRead +
    queue * PRICE.queueOperation +
    objects * PRICE.objectRequest +
    r2 * PRICE.r2Write +
    requests * PRICE.request
  const cells = [rows, read, queue, objects, r2, requests].map((n) => n.toFixed(3))
  return { rows, dollars, line: `| ${shape.name} | ${cells.join(' | ')} | ${dollars.toFixed(2)} |` }
}

function chunksOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
}

function messageOf(ws: TestWorkspace, person: string, events: number): IngestMessage {
  return aMessage(
    ws,
    Array.from({ length: events }, () => event(person)),
  )
}

test('docs/cost.md shows the operations per event that were counted, and the targets are met', async () => {
  const costs: Awaited<ReturnType<typeof costOf>>[] = []
  for (const shape of SHAPES) costs.push(await costOf(shape))
  const [single, batched] = costs as [(typeof costs)[0], (typeof costs)[0]]
  expect(single.rows).toBeLessThanOrEqual(2.2)
  expect(batched.rows).toBeLessThanOrEqual(1.3)
  expect(single.dollars).toBeLessThan(4)
  expect(batched.dollars).toBeLessThan(1.5)
  const lines = costs.map(({ line }) => line)
  expect(lines.filter((line) => !costPage.includes(line)).join('\n')).toBe('')
})
