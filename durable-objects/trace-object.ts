import { DurableObject } from 'cloudflare:workers'
import { hash53 } from '../shared/kernel/hash.ts'
import { DAY, MINUTE } from '../shared/kernel/instant.ts'
import type { Watcher } from '../shared/pipeline/live.ts'
import { type DeliveryLine, isFailure, KEEP_TRACE_MS, type TraceLine } from '../shared/pipeline/trace.ts'
import { forgetLines } from './trace-forget.ts'
import { newestLines, type TracePage, type TraceQuestion } from './trace-scan.ts'

/** Lines kept per minute; beyond, only failures are. */
const MOST_PER_MINUTE = 60_000
/** Characters of one row, well under the 2 MB a row may have. */
const ROW_CHARS = 500_000
/** Rows that one batch takes out when they are past their time. */
const PRUNED_AT_ONCE = 20
const MOST_FOUND = 100

/**
 * Keeps what became of the newest events of a workspace, one packed row per consumer batch. Rows are looked through by
 * hashes of the message IDs in them: an index would cost a written row per event, and a trace is read by hand.
 */
export class TraceObject extends DurableObject<Env> {
  readonly #sql: SqlStorage
  #minute = 0
  #inMinute = 0
  #watchers: readonly Watcher[] | undefined
  #alarmIsSet = false

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#sql = ctx.storage.sql
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS batch (
      seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, messages TEXT NOT NULL, lines TEXT NOT NULL)`)
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS deliveries (
      seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, messages TEXT NOT NULL, lines TEXT NOT NULL)`)
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS watch (
      k INTEGER PRIMARY KEY CHECK (k = 1), as_of INTEGER NOT NULL, watchers TEXT NOT NULL)`)
  }

  /**
   * `at` in epoch milliseconds. A batch that is delivered again is kept again; readers see each copy once. Answers who
   * watches the workspace, most often nobody: then the batch need not be shown to anyone.
   */
  async record(at: number, lines: readonly TraceLine[]): Promise<readonly Watcher[]> {
    const kept = this.#sampled(at, lines)
    this.#append('batch', at, kept)
    await this.#forgetLater(at)
    return this.#watching()
  }

  /** Who watches from now on, as the hub knows it; what was said earlier and comes later counts no more. */
  async watch(asOf: number, watchers: readonly Watcher[]): Promise<void> {
    this.#sql.exec(
      `INSERT INTO watch (k, as_of, watchers) VALUES (1, ?, ?)
       ON CONFLICT (k) DO UPDATE SET as_of = excluded.as_of, watchers = excluded.watchers WHERE as_of < excluded.as_of`,
      asOf,
      JSON.stringify(watchers),
    )
    this.#watchers = undefined
  }

  async #forgetLater(at: number): Promise<void> {
    if (!this.#alarmIsSet && (await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(at + DAY)
    this.#alarmIsSet = true
  }

  /** A workspace that falls silent forgets in time, too. */
  override async alarm(): Promise<void> {
    const now = Date.now()
    const kept = (['batch', 'deliveries'] as const).map((table) => {
      this.#sql.exec(`DELETE FROM ${table} WHERE at < ?`, now - KEEP_TRACE_MS)
      return this.#sql.exec<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).one().n
    })
    this.#alarmIsSet = kept.some((rows) => rows > 0)
    if (this.#alarmIsSet) await this.ctx.storage.setAlarm(now + DAY)
  }

  /** The newest lines that are asked for, newest first. */
  async list(question: TraceQuestion): Promise<TracePage> {
    return newestLines(this.#sql, question)
  }

  #watching(): readonly Watcher[] {
    if (this.#watchers) return this.#watchers
    const [row] = this.#sql.exec<{ watchers: string }>('SELECT watchers FROM watch').toArray()
    this.#watchers = row ? (JSON.parse(row.watchers) as readonly Watcher[]) : []
    return this.#watchers
  }

  /** What became of messages at destinations. */
  async recordDeliveries(at: number, lines: readonly DeliveryLine[]): Promise<void> {
    this.#append('deliveries', at, lines)
    await this.#forgetLater(at)
  }

  /** Everything that was told of a message at destinations, oldest first. */
  async findDeliveries(messageId: string): Promise<DeliveryLine[]> {
    return [...this.#rowsWith<DeliveryLine>('deliveries', messageId)]
  }

  /** The newest applied event, for whoever wants one to look at. */
  async newest(): Promise<TraceLine | null> {
    const rows = this.#sql.exec<{ lines: string }>('SELECT lines FROM batch ORDER BY seq DESC LIMIT ?', MOST_FOUND)
    for (const row of rows) {
      const applied = (JSON.parse(row.lines) as TraceLine[]).findLast(({ outcome }) => outcome.kind === 'applied')
      if (applied) return applied
    }
    return null
  }

  /** All that is kept of a person under any of these IDs, and what destinations did with it. Answers the lines that went. */
  async forget(ids: readonly string[]): Promise<number> {
    const [theirs, messages] = [new Set(ids), new Set<string>()]
    let removed = 0
    for (const table of ['batch', 'deliveries'] as const) {
      for (let after: number | null = 0; after !== null; ) {
        const page = forgetLines(this.#sql, table, after, theirs, messages)
        removed += page.removed
        after = page.next
        // Whoever records waits for a page and not for the whole week.
        await scheduler.wait(0)
      }
    }
    return removed
  }

  #append(table: 'batch' | 'deliveries', at: number, lines: readonly { readonly messageId: string }[]): void {
    this.ctx.storage.transactionSync(() => {
      for (const row of packed(lines)) {
        const messages = `|${row.map(({ messageId }) => hashOf(messageId)).join('|')}|`
        this.#sql.exec(`INSERT INTO ${table} (at, messages, lines) VALUES (?, ?, ?)`, at, messages, JSON.stringify(row))
      }
      this.#sql.exec(
        `DELETE FROM ${table} WHERE seq IN
         (SELECT seq FROM ${table} WHERE seq <= (SELECT min(seq) FROM ${table}) + ? AND at < ?)`,
        PRUNED_AT_ONCE,
        at - KEEP_TRACE_MS,
      )
    })
  }

  *#rowsWith<T extends { readonly messageId: string }>(table: 'batch' | 'deliveries', messageId: string): Iterable<T> {
    const rows = this.#sql.exec<{ lines: string }>(
      `SELECT lines FROM ${table} WHERE instr(messages, ?) > 0 ORDER BY seq LIMIT ?`,
      `|${hashOf(messageId)}|`,
      MOST_FOUND,
    )
    for (const row of rows)
      for (const line of JSON.parse(row.lines) as T[]) if (line.messageId === messageId) yield line
  }

  /** Every copy of a message, each once, as it was decided first. */
  async find(messageId: string): Promise<TraceLine[]> {
    const found = new Map<string, TraceLine>()
    for (const line of this.#rowsWith<TraceLine>('batch', messageId))
      if (!found.has(line.copyId)) found.set(line.copyId, line)
    return [...found.values()]
  }

  #sampled(at: number, lines: readonly TraceLine[]): readonly TraceLine[] {
    const minute = Math.floor(at / MINUTE)
    if (minute !== this.#minute) {
      this.#minute = minute
      this.#inMinute = 0
    }
    const room = Math.max(0, MOST_PER_MINUTE - this.#inMinute)
    this.#inMinute += lines.length
    return lines.filter((line, i) => i < room || isFailure(line))
  }
}

function hashOf(messageId: string): string {
  return hash53(messageId).toString(36)
}

function packed<T>(lines: readonly T[]): readonly T[][] {
  const rows: T[][] = []
  let chars = Number.POSITIVE_INFINITY
  for (const line of lines) {
    const size = JSON.stringify(line).length
    if (chars + size > ROW_CHARS) {
      rows.push([])
      chars = 0
    }
    rows.at(-1)?.push(line)
    chars += size
  }
  return rows
}
