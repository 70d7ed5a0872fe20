import { DurableObject } from 'cloudflare:workers'
import { addReading, count, emptyReading, type MeterReading } from '../shared/pipeline/meter.ts'
import { recentCalls } from '../shared/pipeline/plugin-calls.ts'
import { addRow, emptyPulse, type Pulse, recentPulse } from '../shared/pipeline/pulse.ts'
import { recentHours } from '../shared/pipeline/source-hours.ts'
import { countedMessages, rowsToFold } from './counted-messages.ts'

/** What one queue message came to: counted once, however often it is delivered. */
export interface MeterEntry {
  /** Name of the queue message: `<requestId>.<first item>`. */
  readonly message: string
  readonly copies: number
  readonly reading: MeterReading
}

type Row = { at: number; reading: string; messages: string }

const MOST_ROWS = 5_000

/**
 * Counts outcomes of one workspace, for its share of the requests: one row per consumer batch, summed on read. A message that was counted
 * before adds nothing but `redelivered`, so the sums are of copies, not of deliveries.
 */
export class MeterObject extends DurableObject<Env> {
  readonly #sql: SqlStorage
  #counted: Set<string> | undefined
  #rows = 0
  /** Of the rows that there are, once somebody asked; then it goes along with them. */
  #pulse: Pulse | undefined

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#sql = ctx.storage.sql
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS batch (
      seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, reading TEXT NOT NULL, messages TEXT NOT NULL)`)
  }

  async record(at: number, entries: readonly MeterEntry[]): Promise<void> {
    const counted = this.#load()
    const reading = emptyReading()
    // A queue may put both deliveries of a message into one batch.
    const messages = new Set<string>()
    for (const entry of entries) {
      if (counted.has(entry.message) || messages.has(entry.message)) {
        count(reading.counts, 'redelivered', entry.copies)
        continue
      }
      messages.add(entry.message)
      addReading(reading, entry.reading)
    }
    this.ctx.storage.transactionSync(() => {
      this.#insert(at, reading, [...messages])
      if (this.#rows > MOST_ROWS) this.#fold(at)
    })
    for (const message of messages) counted.add(message)
    if (this.#pulse) addRow(this.#pulse, at, reading, false)
  }

  async read(): Promise<MeterReading> {
    const total = emptyReading()
    for (const row of this.#sql.exec<Row>('SELECT at, reading, messages FROM batch')) {
      addReading(total, JSON.parse(row.reading) as MeterReading)
    }
    return total
  }

  /** How it went lately; slots from `from` on. Both in epoch milliseconds. */
  async pulse(now: number, from: number): Promise<Pulse> {
    this.#pulse = this.#pulse ? recentPulse(this.#pulse, now) : this.#readPulse()
    return recentPulse(this.#pulse, now, from)
  }

  #readPulse(): Pulse {
    const pulse = emptyPulse()
    for (const row of this.#sql.exec<Row>('SELECT at, reading, messages FROM batch')) addTo(pulse, row)
    return pulse
  }

  #insert(at: number, reading: MeterReading, messages: readonly string[]): void {
    const values = [at, JSON.stringify(reading), JSON.stringify(messages)] as const
    this.#sql.exec('INSERT INTO batch (at, reading, messages) VALUES (?, ?, ?)', ...values)
    this.#rows += 1
  }

  /** Sums up the older half and everything past its time into one row. */
  #fold(now: number): void {
    const total = emptyReading()
    const pulse = emptyPulse()
    const rows = this.#sql
      .exec<Row & { seq: number }>('SELECT seq, at, reading, messages FROM batch ORDER BY seq')
      .toArray()
    const old = rowsToFold(rows, now, MOST_ROWS)
    for (const row of old) {
      addReading(total, JSON.parse(row.reading) as MeterReading)
      addTo(pulse, row)
      this.#sql.exec('DELETE FROM batch WHERE seq = ?', row.seq)
    }
    this.#rows -= old.length
    if (total.sources) total.sources = recentHours(total.sources, now)
    if (total.plugins) total.plugins = recentCalls(total.plugins, now)
    total.slots = recentPulse(pulse, now).slots
    this.#insert(old.at(-1)?.at ?? now, total, [])
    this.#counted = undefined
  }

  #load(): Set<string> {
    if (this.#counted) return this.#counted
    const { names, rows } = countedMessages(this.#sql)
    this.#rows = rows
    this.#counted = names
    return names
  }
}

/** A row without messages is a sum, or of messages that were counted before, and then it counts no outcome. */
function addTo(pulse: Pulse, { at, reading, messages }: Row): void {
  addRow(pulse, at, JSON.parse(reading) as MeterReading, messages === '[]')
}
