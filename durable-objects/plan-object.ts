import { DurableObject } from 'cloudflare:workers'
import { addTally, foldedCell, keyParts, type PlanCell, type PlanTally } from '../shared/tracking-plan/plan-tally.ts'
import { countedMessages, rowsToFold } from './counted-messages.ts'

/** What one queue message came to under the plans of its workspace: counted once, however often it is delivered. */
export interface PlanEntry {
  readonly message: string
  readonly tally: PlanTally
}

type BatchRow = { seq: number; at: number; tally: string; messages: string }

const MOST_ROWS = 1_000
/** Characters of one row, well under the 2 MB a row may have. */
const ROW_CHARS = 500_000
/** Cells of all plans together; beyond, those that were not seen for longest go. */
const MOST_CELLS = 50_000

/**
 * Counts what tracking plans found, for one workspace: one row per consumer batch, as the Meter does, folded into one row
 * per plan, event, kind and path when there are many, and summed on read.
 */
export class PlanObject extends DurableObject<Env> {
  readonly #sql: SqlStorage
  #counted: Set<string> | undefined
  #rows = 0

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#sql = ctx.storage.sql
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS batch (
      seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, tally TEXT NOT NULL, messages TEXT NOT NULL)`)
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS cell (
      plan TEXT NOT NULL, key TEXT NOT NULL, last_at INTEGER NOT NULL, value TEXT NOT NULL,
      PRIMARY KEY (plan, key)) WITHOUT ROWID`)
  }

  /** `at` in epoch milliseconds. */
  async record(at: number, entries: readonly PlanEntry[]): Promise<void> {
    const counted = this.#load()
    // A queue may put both deliveries of a message into one batch.
    const fresh = new Map(entries.filter(({ message }) => !counted.has(message)).map((one) => [one.message, one.tally]))
    if (fresh.size === 0) return
    const tally: PlanTally = {}
    for (const one of fresh.values()) addTally(tally, one)
    const messages = [...fresh.keys()]
    this.ctx.storage.transactionSync(() => {
      for (const [i, part] of partsOf(tally).entries()) this.#insert(at, part, i === 0 ? messages : [])
      if (this.#rows > MOST_ROWS) this.#fold(at)
    })
    // Folding forgets what was counted; the next batch reads it again.
    for (const message of messages) this.#counted?.add(message)
  }

  /** Everything that was counted of one plan. */
  async read(plan: string): Promise<PlanTally> {
    const total: PlanTally = {}
    for (const { key, value } of this.#sql.exec<{ key: string; value: string }>(
      'SELECT key, value FROM cell WHERE plan = ?',
      plan,
    ))
      addTally(total, { [key]: JSON.parse(value) as PlanCell })
    for (const { tally } of this.#sql.exec<BatchRow>('SELECT seq, at, tally, messages FROM batch')) {
      const mine = Object.entries(JSON.parse(tally) as PlanTally).filter(([key]) => keyParts(key)[0] === plan)
      addTally(total, Object.fromEntries(mine))
    }
    return total
  }

  /** A plan was deleted: what is in the cells goes, and batches go by with time. */
  async forget(plan: string): Promise<void> {
    this.#sql.exec('DELETE FROM cell WHERE plan = ?', plan)
  }

  #insert(at: number, tally: PlanTally, messages: readonly string[]): void {
    const values = [at, JSON.stringify(tally), JSON.stringify(messages)] as const
    this.#sql.exec('INSERT INTO batch (at, tally, messages) VALUES (?, ?, ?)', ...values)
    this.#rows += 1
  }

  /** Sums up the older half and everything past its time into the cells. */
  #fold(now: number): void {
    const rows = this.#sql.exec<BatchRow>('SELECT seq, at, tally, messages FROM batch ORDER BY seq').toArray()
    const old = rowsToFold(rows, now, MOST_ROWS)
    const total: PlanTally = {}
    for (const row of old) {
      addTally(total, JSON.parse(row.tally) as PlanTally)
      this.#sql.exec('DELETE FROM batch WHERE seq = ?', row.seq)
    }
    for (const [key, cell] of Object.entries(total)) this.#addCell(key, cell, now)
    this.#sql.exec(
      `DELETE FROM cell WHERE (plan, key) IN (SELECT plan, key FROM cell ORDER BY last_at DESC LIMIT -1 OFFSET ${MOST_CELLS})`,
    )
    this.#rows -= old.length
    this.#counted = undefined
  }

  #addCell(key: string, cell: PlanCell, now: number): void {
    const plan = keyParts(key)[0]
    const [known] = this.#sql.exec<{ value: string }>('SELECT value FROM cell WHERE plan = ? AND key = ?', plan, key)
    const sum = addTally(known ? { [key]: JSON.parse(known.value) as PlanCell } : {}, { [key]: cell })
    const folded = foldedCell(sum[key] as PlanCell, now)
    if (!folded) this.#sql.exec('DELETE FROM cell WHERE plan = ? AND key = ?', plan, key)
    else
      this.#sql.exec(
        'INSERT OR REPLACE INTO cell (plan, key, last_at, value) VALUES (?, ?, ?, ?)',
        plan,
        key,
        folded.lastAt,
        JSON.stringify(folded),
      )
  }

  #load(): Set<string> {
    if (this.#counted) return this.#counted
    const { names, rows } = countedMessages(this.#sql)
    this.#rows = rows
    this.#counted = names
    return names
  }
}

/** A tally in parts of which each fits into a row. */
function partsOf(tally: PlanTally): readonly PlanTally[] {
  const parts: PlanTally[] = [{}]
  let chars = 0
  for (const [key, cell] of Object.entries(tally)) {
    const size = key.length + JSON.stringify(cell).length
    if (chars > 0 && chars + size > ROW_CHARS) {
      parts.push({})
      chars = 0
    }
    chars += size
    ;(parts.at(-1) as PlanTally)[key] = cell
  }
  return parts
}
