/**
 * What a shard has yet to ask of profiles, and the segments it is building. Lists of people are packed, many to a row:
 * a row per person would cost as much as the event that caused it.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS errands (
    seq INTEGER PRIMARY KEY, due INTEGER NOT NULL, attempts INTEGER NOT NULL, build INTEGER NOT NULL,
    ids TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS builds (
    segment TEXT PRIMARY KEY, generation INTEGER NOT NULL, place INTEGER NOT NULL, done INTEGER NOT NULL,
    total INTEGER NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER) WITHOUT ROWID;`

/** People to be asked how they are; with `build`, after they looked at themselves by that version of the configuration. */
export interface Errand {
  readonly seq: number
  readonly due: number
  readonly attempts: number
  /** 0: only asked. */
  readonly build: number
  readonly ids: readonly string[]
}

export interface Build {
  readonly segment: string
  /** The configuration's version it was asked for with: a later one discards what an earlier one was about to write. */
  readonly generation: number
  /** Documents up to here were looked at. */
  readonly place: number
  readonly done: number
  readonly total: number
  readonly started_at: number
  readonly ended_at: number | null
}

/** IDs in one row. */
const MOST_IDS = 500

export class ErrandStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(TABLES)
  }

  add(errand: Omit<Errand, 'seq'>): void {
    for (let i = 0; i < errand.ids.length; i += MOST_IDS)
      this.#sql.exec(
        'INSERT INTO errands (due, attempts, build, ids) VALUES (?, ?, ?, ?)',
        errand.due,
        errand.attempts,
        errand.build,
        JSON.stringify(errand.ids.slice(i, i + MOST_IDS)),
      )
  }

  /** The oldest that are due, until they name so many people. */
  due(now: number, mostIds: number): readonly Errand[] {
    return this.#first('due <= ?', now, mostIds)
  }

  /** Those that were not tried yet, due or not. */
  untried(mostIds: number): readonly Errand[] {
    return this.#first('attempts = ?', 0, mostIds)
  }

  #first(where: string, value: number, mostIds: number): readonly Errand[] {
    const found: Errand[] = []
    let ids = 0
    const query = `SELECT * FROM errands WHERE ${where} ORDER BY seq LIMIT 100`
    for (const row of this.#sql.exec<Omit<Errand, 'ids'> & { ids: string }>(query, value)) {
      if (ids >= mostIds) break
      found.push({ ...row, ids: JSON.parse(row.ids) as string[] })
      ids += found.at(-1)?.ids.length ?? 0
    }
    return found
  }

  remove(errands: readonly Errand[]): void {
    for (const { seq } of errands) this.#sql.exec('DELETE FROM errands WHERE seq = ?', seq)
  }

  /** When the next one is due, in epoch ms. */
  next(): number | null {
    return this.#sql.exec<{ due: number | null }>('SELECT min(due) AS due FROM errands').one().due
  }

  /** Whoever was active lately may be behind in their document: they look at themselves. */
  hurry(build: number, now: number): void {
    this.#sql.exec('UPDATE errands SET due = ?, build = ? WHERE build < ?', now, build, build)
  }

  /** Whether anybody has yet to look at themselves. */
  isAnyOpen(): boolean {
    return this.#sql.exec('SELECT 1 FROM errands WHERE build > 0 LIMIT 1').toArray().length > 0
  }

  drop(segment: string): void {
    this.#sql.exec('DELETE FROM builds WHERE segment = ?', segment)
  }

  begin(segment: string, generation: number, total: number, now: number): void {
    this.#sql.exec(
      `INSERT OR REPLACE INTO builds (segment, generation, place, done, total, started_at, ended_at)
       VALUES (?, ?, 0, 0, ?, ?, NULL)`,
      segment,
      generation,
      total,
      now,
    )
  }

  build(segment: string): Build | undefined {
    return this.#sql.exec<Build & Row>('SELECT * FROM builds WHERE segment = ?', segment).toArray()[0]
  }

  /** The newest generation that anything was built for; 0 when nothing was. */
  generation(): number {
    return this.#sql.exec<{ g: number | null }>('SELECT max(generation) AS g FROM builds').one().g ?? 0
  }

  openBuild(): Build | undefined {
    const query = 'SELECT * FROM builds WHERE ended_at IS NULL ORDER BY started_at, segment LIMIT 1'
    return this.#sql.exec<Build & Row>(query).toArray()[0]
  }

  /** Writes nothing when the build has begun anew meanwhile. */
  advance({ segment, generation }: Build, place: number, done: number): void {
    this.#sql.exec(
      'UPDATE builds SET place = ?, done = done + ?, total = max(total, done + ?) WHERE segment = ? AND generation = ?',
      place,
      done,
      done,
      segment,
      generation,
    )
  }

  end({ segment, generation }: Build, now: number): void {
    const query = 'UPDATE builds SET ended_at = ? WHERE segment = ? AND generation = ?'
    this.#sql.exec(query, now, segment, generation)
  }
}

type Row = Record<string, SqlStorageValue>
