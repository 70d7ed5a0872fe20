/** What a lane keeps: items that could not be delivered at once, and the names of the batches that went to R2. */
export interface KeptItem {
  readonly seq: number
  readonly key: string
  readonly profile: string
  readonly messageId: string
  /** When it was accepted, epoch ms. */
  readonly at: number
  readonly attempts: number
  /** Epoch ms; null before the first failure. */
  readonly firstFailedAt: number | null
  readonly dueAt: number
  readonly reason: string
  /** The effect as JSON. */
  readonly text: string
}

export interface SpilledBatch {
  /** Of its first item. */
  readonly seq: number
  readonly name: string
  readonly items: number
}

type Row = { [K in keyof Omit<KeptItem, 'text'>]: KeptItem[K] } & { size: number }

export class DeliveryLaneStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(`CREATE TABLE IF NOT EXISTS item (
      seq INTEGER PRIMARY KEY, key TEXT NOT NULL, profile TEXT NOT NULL, messageId TEXT NOT NULL, at INTEGER NOT NULL,
      attempts INTEGER NOT NULL, firstFailedAt INTEGER, dueAt INTEGER NOT NULL, reason TEXT NOT NULL, text TEXT NOT NULL)`)
    sql.exec('CREATE TABLE IF NOT EXISTS spilled (seq INTEGER PRIMARY KEY, name TEXT NOT NULL, items INTEGER NOT NULL)')
  }

  /** Everything but the texts, in the order of arrival. */
  items(): readonly Row[] {
    return this.#sql
      .exec<Row>(
        `SELECT seq, key, profile, messageId, at, attempts, firstFailedAt, dueAt, reason, length(text) AS size
         FROM item ORDER BY seq`,
      )
      .toArray()
  }

  text(seq: number): string | undefined {
    return this.#sql.exec<{ text: string }>('SELECT text FROM item WHERE seq = ?', seq).toArray()[0]?.text
  }

  put(item: KeptItem): void {
    const { seq, key, profile, messageId, at, attempts, firstFailedAt, dueAt, reason, text } = item
    this.#sql.exec(
      'INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...[seq, key, profile, messageId, at, attempts, firstFailedAt, dueAt, reason, text],
    )
  }

  failed(seq: number, attempts: number, firstFailedAt: number, dueAt: number, reason: string): void {
    this.#sql.exec(
      'UPDATE item SET attempts = ?, firstFailedAt = ?, dueAt = ?, reason = ? WHERE seq = ?',
      ...[attempts, firstFailedAt, dueAt, reason, seq],
    )
  }

  remove(seq: number): void {
    this.#sql.exec('DELETE FROM item WHERE seq = ?', seq)
  }

  spilled(): readonly SpilledBatch[] {
    return this.#sql
      .exec<{ [K in keyof SpilledBatch]: SpilledBatch[K] }>('SELECT * FROM spilled ORDER BY seq')
      .toArray()
  }

  putSpilled({ seq, name, items }: SpilledBatch): void {
    this.#sql.exec('INSERT OR REPLACE INTO spilled VALUES (?, ?, ?)', seq, name, items)
  }

  removeSpilled(seq: number): void {
    this.#sql.exec('DELETE FROM spilled WHERE seq = ?', seq)
  }
}
