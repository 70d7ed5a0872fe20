import { setTimeout as sleep } from 'node:timers/promises'
import { ArrivalPace } from './arrival-pace.ts'
import { DemoError, type Server, sendIngest } from './client.ts'
import { inParallel } from './in-parallel.ts'
import { decided, difference, type Reading } from './metrics.ts'
import { type OrderLine, readOrders } from './order-file.ts'
import { eventName, OrderMessages, profileRef } from './order-messages.ts'
import { outcomeTable } from './outcome-table.ts'
import { readProfile } from './profile.ts'
import { type Progress, startProgress } from './progress.ts'
import { readMetrics, untilSettled } from './settle.ts'
import type { Message } from './shop-messages.ts'

/**
 * Loads a file of order lines the way SDKs would send them, waits for the outcome of every line, and compares each
 * customer's profile with the file.
 * @throws DemoError when the file or the server is at fault, or when a count differs
 */
export async function runOrders(server: Server, path: string): Promise<void> {
  const book = await readBook(path)
  const messages = book.lines + book.customers
  console.log(
    `${book.lines} order lines, ${book.customers} customers. Lines without a customer: ${book.guestLines}, ` +
      'sent as one guest per invoice.',
  )
  const before = await readMetrics(server)
  await sendFile(server, path, messages, before)
  const since = await untilSettled(server, before, messages)
  console.log(`\n${outcomeTable(since)}\n`)
  const differences = await compare(server, book)
  if (differences.length > 0) {
    console.log(differences.slice(0, MOST_SHOWN).join('\n'))
    const more = differences.length > MOST_SHOWN ? ` (the first ${MOST_SHOWN} are above)` : ''
    throw new DemoError(
      `${differences.length} counts differ from the file${more}. ` +
        'If another file with the same customers was loaded before, start with a fresh state folder.',
    )
  }
  console.log(`${book.customers} customers, ${book.lines} order lines: all counts equal`)
}

const MOST_SHOWN = 20
const BATCH = 100
const IN_FLIGHT = 4
/** Undecided events at most. Far below what the local queue survives, and enough to keep the consumer busy. */
const MOST_UNDECIDED = 4_000
/** The default rate of a workspace is 600, and the busiest customer of the UCI sample has 563 messages. */
const PER_PROFILE_AND_MINUTE = 590

/** What the file says: profile → event name → how often. */
interface Book {
  readonly counts: ReadonlyMap<string, ReadonlyMap<string, number>>
  readonly lines: number
  readonly customers: number
  readonly guestLines: number
}

/** The whole file is read once before anything is sent, so that a faulty line stops it at the start. */
async function readBook(path: string): Promise<Book> {
  const counts = new Map<string, Map<string, number>>()
  const customers = new Set<string>()
  let [lines, guestLines] = [0, 0]
  for await (const line of readOrders(path)) {
    lines++
    if (line.customer === '') guestLines++
    else customers.add(line.customer)
    const ofProfile = counts.get(profileRef(line)) ?? new Map<string, number>()
    ofProfile.set(eventName(line), (ofProfile.get(eventName(line)) ?? 0) + 1)
    counts.set(profileRef(line), ofProfile)
  }
  return { counts, lines, customers: customers.size, guestLines }
}

interface Batch {
  readonly messages: Message[]
  /** Profile → messages of it in this batch. */
  readonly profiles: Map<string, number>
}

async function sendFile(server: Server, path: string, total: number, before: Reading): Promise<void> {
  const progress = startProgress('sending', total)
  const pace = new ArrivalPace(PER_PROFILE_AND_MINUTE)
  let sent = 0
  await inParallel(
    paced(batchesOf(readOrders(path)), pace, server, before, progress, () => sent),
    IN_FLIGHT,
    async (batch) => {
      await sendIngest(server, {
        path: '/v1/batch',
        items: batch.messages.length,
        body: (now) => ({ batch: batch.messages, context: CONTEXT, sentAt: new Date(now).toISOString() }),
      })
      sent += batch.messages.length
      progress.update(sent)
    },
  )
  progress.update(sent)
  progress.end()
}

const CONTEXT = { library: { name: 'tributary-demo-orders', version: '1' } }

async function* batchesOf(lines: AsyncIterable<OrderLine>): AsyncGenerator<Batch> {
  const translate = new OrderMessages()
  let batch: Batch = { messages: [], profiles: new Map() }
  for await (const line of lines) {
    for (const message of translate.of(line)) {
      batch.messages.push(message)
      batch.profiles.set(profileRef(line), (batch.profiles.get(profileRef(line)) ?? 0) + 1)
    }
    if (batch.messages.length < BATCH) continue
    yield batch
    batch = { messages: [], profiles: new Map() }
  }
  if (batch.messages.length > 0) yield batch
}

/** Lets a batch through when the server has worked off enough, and when nobody in it gets too much at once. */
async function* paced(
  batches: AsyncIterable<Batch>,
  pace: ArrivalPace,
  server: Server,
  before: Reading,
  progress: Progress,
  sent: () => number,
): AsyncGenerator<Batch> {
  let known = 0
  for await (const batch of batches) {
    while (sent() - known > MOST_UNDECIDED) {
      const since = difference(await readMetrics(server), before)
      known = decided(since)
      if (Math.max(since.buffered, sent() - known) <= MOST_UNDECIDED) break
      progress.update(sent(), 'waiting for the server')
      await sleep(200)
    }
    for (let wait = pace.waitMs(batch.profiles, Date.now()); wait > 0; wait = pace.waitMs(batch.profiles, Date.now())) {
      progress.update(sent(), `waiting ${Math.ceil(wait / 1_000)} s: one customer has much`)
      await sleep(Math.min(wait, 1_000))
    }
    pace.note(batch.profiles, Date.now())
    yield batch
  }
}

async function compare(server: Server, book: Book): Promise<readonly string[]> {
  const progress = startProgress('checking', book.counts.size)
  const differences: string[] = []
  let checked = 0
  await inParallel(book.counts, READ_IN_FLIGHT, async ([ref, expected]) => {
    const found = (await readProfile(server, ref))?.eventCounts
    for (const [name, count] of expected) {
      const has = found?.[name] ?? 0
      if (has !== count) differences.push(`${ref}: ${name} is ${found ? has : 'nowhere'}, the file has ${count}`)
    }
    progress.update(++checked)
  })
  progress.end()
  return differences
}

const READ_IN_FLIGHT = 8
