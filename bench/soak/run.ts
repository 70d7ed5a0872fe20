import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { hashToken, mintWriteKey } from '../../platform/hashing.ts'
import { parseReading, type Reading } from '../../scripts/demo/metrics.ts'
import { startProgress } from '../../scripts/demo/progress.ts'
import { type BenchServer, startBenchServer } from '../workerd.ts'
import { pageWithReport } from './page.ts'
import { deviceOf, type SoakRequest, soakTraffic, userOf } from './traffic.ts'
import { decided, expectedOf, judgeLedger, judgePerson, lastLine, type SeenPerson } from './verdict.ts'

const HELP = `npm run soak -- [--events N] [--faults SEED] [--people N] [--chance P] [--seed N] [--page FILE]

Sends seeded traffic to a local server of its own whose queue duplicates, reorders and dies, and whose calls are refused,
and compares every profile with what was counted by hand. Exit code 0 only when nothing was lost or counted twice.

  --events N      copies to send (20000)
  --faults SEED   of the faults; 0 for none (1)
  --people N      one profile each (events / 250, at least 20, at most 3000)
  --chance P      that a call of the consumer is refused, half of them after it took effect (0.0005)
  --seed N        of the traffic (1)
  --page FILE     puts the report into a page that has a place for it`

const WRITE_KEY = mintWriteKey('bench', 'src_bench0001')
const TOKEN = 'tk_soak-0123456789abcdef0123456789'
const AT_ONCE = 6
/** The local queue is memory: it dies beyond 10,000 messages. */
const MOST_WAITING = 300
const PEOPLE_AT_ONCE = 50
const STANDSTILL_MS = 120_000

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '20000' },
    faults: { type: 'string', default: '1' },
    people: { type: 'string' },
    chance: { type: 'string', default: '0.0005' },
    seed: { type: 'string', default: '1' },
    page: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
})
if (values.help) {
  console.log(HELP)
  process.exit(0)
}
const events = positive('events', values.events)
const people = values.people
  ? positive('people', values.people)
  : Math.min(3_000, Math.max(20, Math.ceil(events / 250)))

const server = await startBenchServer(
  'bench/soak/worker.ts',
  {},
  {
    bindings: { SOAK_SEED: values.faults, SOAK_CHANCE: values.chance, AUDIENCE_SHARDS: '4', OUTBOUND: 'local' },
  },
)
let exitCode = 1
try {
  exitCode = await soak(server)
} finally {
  await server.stop()
}
process.exit(exitCode)

async function soak({ database, url }: BenchServer): Promise<number> {
  await prepare(database)
  const startedAt = Date.now()
  const traffic = soakTraffic({ seed: positive('seed', values.seed), events, people }, Date.now)
  const taken = await sendAll(url, traffic.requests)
  const reading = await untilSettled(url, taken)
  const ledger = judgeLedger(taken, reading, traffic.totals)
  let [lost, doubled] = [ledger.lost, ledger.doubled]
  const broken = [...ledger.broken]
  const progress = startProgress('comparing', people)
  for (let from = 0; from < people; from += PEOPLE_AT_ONCE) {
    const some = Array.from({ length: Math.min(PEOPLE_AT_ONCE, people - from) }, (_, i) => from + i)
    const seen = await look(
      url,
      some.map((person) => identifiersOf(person, traffic.devicesOf(person))),
    )
    for (const [i, person] of some.entries()) {
      const verdict = judgePerson(person, expectedOf(traffic.expected, person), seen[i] as SeenPerson)
      lost += verdict.lost
      doubled += verdict.doubled
      broken.push(...verdict.broken)
    }
    progress.update(from + some.length)
  }
  progress.end()
  const injected = (await (await fetch(new URL('/soak/minute', url))).json()) as Record<string, number>
  const seconds = Math.round((Date.now() - startedAt) / 1_000)
  console.log(`faults: ${JSON.stringify(injected)}; ${people} people; ${seconds} s`)
  for (const line of broken.slice(0, 20)) console.log(`broken: ${line}`)
  if (broken.length > 20) console.log(`… and ${broken.length - 20} more`)
  if (values.page) {
    const [at, machine] = [new Date().toISOString(), `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`]
    const command = `npm run soak -- --events ${events} --faults ${values.faults}`
    const said = { at, machine, command, seconds, people, taken, reading, injected, lost, doubled }
    const page = pageWithReport(readFileSync(values.page, 'utf8'), { ...said, broken: broken.length })
    writeFileSync(values.page, page)
  }
  console.log(lastLine(taken, reading, lost, doubled))
  return broken.length === 0 && lost === 0 && doubled === 0 ? 0 : 1
}

function identifiersOf(person: number, devices: readonly { readonly used: boolean }[] | undefined) {
  const used = (devices ?? []).flatMap(({ used }, i) => (used ? [['anonymous_id', deviceOf(person, i)] as const] : []))
  return used.length === 0 ? [] : [['user_id', userOf(person)] as const, ...used]
}

/** Segments that people enter and leave all the time, a token, and no limit on how fast a person may be. */
async function prepare(database: D1Database): Promise<void> {
  const segment = 'INSERT INTO segments (workspace, key, name, condition, created_at) VALUES (?, ?, ?, ?, 0)'
  const conditions = {
    pro: { type: 'trait', path: 'plan', op: 'eq', value: 'pro' },
    buyers: { type: 'event', name: 'Order Completed', count: { op: 'gte', value: 3 }, window: { last: '7d' } },
  }
  await database.batch([
    database
      .prepare("UPDATE workspaces SET settings = ? WHERE id = 'bench'")
      .bind(JSON.stringify({ profileRatePerMinute: 1_000_000, windowMs: 1_000 })),
    database
      .prepare('INSERT INTO tokens (hash, id, workspace, name, scopes, created_at) VALUES (?, ?, ?, ?, ?, 0)')
      .bind(hashToken(TOKEN), 'tok_soak', 'bench', 'soak', '["*"]'),
    ...Object.entries(conditions).map(([key, condition]) =>
      database.prepare(segment).bind('bench', key, key, JSON.stringify(condition)),
    ),
  ])
}

/** Answers the copies that the edge took: what it did not answer with 200 for is sent again, as SDKs do. */
async function sendAll(url: URL, requests: Iterator<SoakRequest>): Promise<number> {
  const progress = startProgress('sending', events)
  let [taken, isFull, lastMinute] = [0, false, 0]
  const watch = setInterval(async () => {
    isFull =
      (await readMetrics(url).catch(() => undefined))?.buffered !== undefined && (await waiting(url)) > MOST_WAITING
    if (Date.now() - lastMinute > 5_000) {
      lastMinute = Date.now()
      await fetch(new URL('/soak/minute', url)).catch(() => undefined)
    }
  }, 500)
  const client = async () => {
    for (let next = requests.next(); !next.done; next = requests.next()) {
      while (isFull) await sleep(50)
      const { items, twice } = next.value
      for (let copy = 0; copy < (twice ? 2 : 1); copy++) {
        const copies = await send(url, items)
        taken += copies
      }
      progress.update(Math.min(taken, events))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, client))
  clearInterval(watch)
  progress.end()
  return taken
}

async function send(url: URL, batch: SoakRequest['items']): Promise<number> {
  for (let attempt = 0; ; attempt++) {
    const answer = await fetch(new URL('/v1/batch', url), {
      method: 'POST',
      headers: { Authorization: `Basic ${btoa(`${WRITE_KEY}:`)}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ batch, sentAt: new Date().toISOString() }),
    })
    const text = await answer.text()
    if (answer.ok) return batch.length
    if (attempt === 20 || (answer.status !== 429 && answer.status < 500)) throw new Error(`${answer.status}: ${text}`)
    await sleep(Math.min(5_000, 100 * 2 ** attempt))
  }
}

async function readMetrics(url: URL): Promise<Reading> {
  const answer = await fetch(new URL('/metrics', url), { headers: { Authorization: `Bearer ${TOKEN}` } })
  if (!answer.ok) throw new Error(`/metrics answers ${answer.status}: ${await answer.text()}`)
  return parseReading(await answer.text())
}

async function waiting(url: URL): Promise<number> {
  return (await readMetrics(url)).buffered
}

/** Until every copy has an outcome, and then until windows have closed and outboxes are empty. */
async function untilSettled(url: URL, taken: number): Promise<Reading> {
  const progress = startProgress('settling', taken)
  let [most, movedAt] = [-1, Date.now()]
  for (;;) {
    const reading = await readMetrics(url)
    const done = decided(reading)
    progress.update(Math.min(done, taken))
    if (done > most) [most, movedAt] = [done, Date.now()]
    if ((done >= taken && reading.buffered === 0) || Date.now() - movedAt > STANDSTILL_MS) {
      progress.end()
      // A copy that is decided twice would be counted a moment later.
      await sleep(10_000)
      await fetch(new URL('/soak/minute', url))
      return readMetrics(url)
    }
    await sleep(500)
    await fetch(new URL('/soak/minute', url))
  }
}

async function look(url: URL, people: readonly unknown[]): Promise<readonly SeenPerson[]> {
  const address = new URL('/soak/people', url)
  address.searchParams.set('of', JSON.stringify(people))
  const answer = await fetch(address)
  if (!answer.ok) throw new Error(`people cannot be looked at: ${answer.status} ${await answer.text()}`)
  return answer.json() as Promise<readonly SeenPerson[]>
}

function positive(name: string, text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= 1) return number
  console.error(`--${name} must be a whole number from 1, not ${text}\n\n${HELP}`)
  process.exit(2)
}
