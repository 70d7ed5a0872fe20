import type { Tombstone } from '../shared/audience/document-of.ts'
import { isTombstone, type Telling } from '../shared/audience/document-of.ts'
import { searchTextOf } from '../shared/audience/search-text.ts'
import { hash53 } from '../shared/kernel/hash.ts'
import { DAY, HOUR } from '../shared/kernel/instant.ts'

/**
 * The documents of one shard in SQLite. A person's place `n` is given once and never again, so lists by place are stable
 * while people come and go: a tombstone keeps its row. The document is JSONB, from which a path is read without parsing
 * the rest. The text indexes hold no copy of the text (contentless), are written only when the text changed, and are
 * emptied with the person.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS documents (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, config INTEGER NOT NULL,
    text INTEGER NOT NULL, json BLOB);
  CREATE TABLE IF NOT EXISTS memberships (
    segment TEXT NOT NULL, n INTEGER NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (segment, n)) WITHOUT ROWID;
  CREATE VIRTUAL TABLE IF NOT EXISTS grams USING fts5(
    line, content='', contentless_delete=1, tokenize='trigram');
  CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(
    line, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 0", prefix='1 2');
  CREATE TABLE IF NOT EXISTS flows (
    segment TEXT NOT NULL, hour INTEGER NOT NULL, entered INTEGER NOT NULL, exited INTEGER NOT NULL,
    PRIMARY KEY (segment, hour)) WITHOUT ROWID;`

export interface Upserted {
  readonly n: number
  readonly id: string
  readonly config: number
  readonly gone: boolean
}

type Known = { n: number; version: number; config: number; text: number; memberships: string | null; gone: number }

/** No text, nothing in the indexes. */
const NO_TEXT = 0
const KEPT_HOURS = 48

export class AudienceShardStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(TABLES)
  }

  /** Takes what is newer than what is here; answers what was taken. Call it inside a transaction. `now` in epoch ms. */
  upsert(tellings: readonly Telling[], now: number): readonly Upserted[] {
    const flows: Flows = new Map()
    const taken = tellings.flatMap((telling) => {
      const known = this.#known(telling.id)
      return isTombstone(telling) ? this.#bury(telling, known, flows) : this.#keep(telling, known, flows, now)
    })
    this.#count(flows, Math.floor(now / HOUR))
    return taken
  }

  /** The version at which a person is here; undefined when nothing was ever heard of them. */
  versionOf(id: string): number | undefined {
    return this.#known(id)?.version
  }

  size(): number {
    return this.#sql.exec<{ n: number }>('SELECT count(*) AS n FROM documents WHERE json IS NOT NULL').one().n
  }

  /** The newest configuration that anybody here was evaluated with. */
  newestConfig(): number {
    return this.#sql.exec<{ v: number | null }>('SELECT max(config) AS v FROM documents').one().v ?? 0
  }

  greatestPlace(): number {
    return this.#sql.exec<{ n: number | null }>('SELECT max(n) AS n FROM documents').one().n ?? 0
  }

  #known(id: string): Known | undefined {
    return this.#sql
      .exec<Known>(
        `SELECT n, version, config, text, json IS NULL AS gone, json_extract(json, '$.memberships') AS memberships
         FROM documents WHERE id = ?`,
        id,
      )
      .toArray()[0]
  }

  #keep(
    document: Exclude<Telling, Tombstone>,
    known: Known | undefined,
    flows: Flows,
    now: number,
  ): readonly Upserted[] {
    const { id, version, configVersion } = document
    // At one version a tombstone is the newer one: what was merged away keeps the version it had.
    const isNewer =
      !known || version > known.version || (version === known.version && !known.gone && configVersion > known.config)
    if (!isNewer) return []
    const text = searchTextOf(document)
    const hash = hash53(text) || 1
    const json = JSON.stringify(document)
    const n = known
      ? known.n
      : this.#sql
          .exec<{ n: number }>(
            'INSERT INTO documents (id, version, config, text, json) VALUES (?, ?, ?, ?, jsonb(?)) RETURNING n',
            id,
            version,
            configVersion,
            hash,
            json,
          )
          .one().n
    if (known)
      this.#sql.exec(
        'UPDATE documents SET version = ?, config = ?, text = ?, json = jsonb(?) WHERE n = ?',
        version,
        configVersion,
        hash,
        json,
        n,
      )
    if (known?.text !== hash) this.#index(n, text, known)
    // Whom this shard has not heard of, and who is in for long, did not come in today: the shard is being filled.
    const since = known ? Number.NEGATIVE_INFINITY : now - DAY
    this.#enroll(n, known?.memberships ?? null, document.memberships, flows, since)
    return [{ n, id, config: configVersion, gone: false }]
  }

  /** A place that was never taken is kept for a tombstone, too: the document it is newer than may still come. */
  #bury({ id, version }: Tombstone, known: Known | undefined, flows: Flows): readonly Upserted[] {
    if (!known) {
      const query = 'INSERT INTO documents (id, version, config, text, json) VALUES (?, ?, 0, ?, NULL) RETURNING n'
      const { n } = this.#sql.exec<{ n: number }>(query, id, version, NO_TEXT).one()
      return [{ n, id, config: 0, gone: true }]
    }
    if (version < known.version || (known.gone && version === known.version)) return []
    const { n } = known
    this.#sql.exec(
      'UPDATE documents SET version = ?, config = 0, text = ?, json = NULL WHERE n = ?',
      version,
      NO_TEXT,
      n,
    )
    this.#forget(n, known)
    this.#enroll(n, known.memberships, {}, flows, 0)
    return [{ n, id, config: 0, gone: true }]
  }

  #index(n: number, text: string, known: Known | undefined): void {
    this.#forget(n, known)
    this.#sql.exec('INSERT INTO grams (rowid, line) VALUES (?, ?)', n, text)
    this.#sql.exec('INSERT INTO words (rowid, line) VALUES (?, ?)', n, text)
  }

  #forget(n: number, known: Known | undefined): void {
    if (!known || known.text === NO_TEXT) return
    this.#sql.exec('DELETE FROM grams WHERE rowid = ?', n)
    this.#sql.exec('DELETE FROM words WHERE rowid = ?', n)
  }

  /** Writes only the memberships that changed. Who is in since before `counted` is not counted as having come in. */
  #enroll(
    n: number,
    before: string | null,
    after: { readonly [key: string]: number },
    flows: Flows,
    counted: number,
  ): void {
    const had = new Set(Object.keys(JSON.parse(before ?? '{}') as Record<string, number>))
    for (const [key, since] of Object.entries(after)) {
      had.delete(key)
      // What the document said may have been taken out since, with a segment that was deleted.
      const told = this.#since(key, n)
      if (told === since) continue
      this.#sql.exec('INSERT OR REPLACE INTO memberships (segment, n, since) VALUES (?, ?, ?)', key, n, since)
      if (told === undefined && since >= counted) flowOf(flows, key).entered += 1
    }
    for (const key of had) {
      if (this.#since(key, n) === undefined) continue
      this.#sql.exec('DELETE FROM memberships WHERE segment = ? AND n = ?', key, n)
      flowOf(flows, key).exited += 1
    }
  }

  #since(segment: string, n: number): number | undefined {
    const query = 'SELECT since FROM memberships WHERE segment = ? AND n = ?'
    return this.#sql.exec<{ since: number }>(query, segment, n).toArray()[0]?.since
  }

  /** One row per segment and hour, however many come and go. */
  #count(flows: Flows, hour: number): void {
    for (const [segment, { entered, exited }] of flows) {
      this.#sql.exec(
        `INSERT INTO flows (segment, hour, entered, exited) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET entered = entered + excluded.entered, exited = exited + excluded.exited`,
        segment,
        hour,
        entered,
        exited,
      )
      this.#sql.exec('DELETE FROM flows WHERE segment = ? AND hour < ?', segment, hour - KEPT_HOURS)
    }
  }
}

type Flows = Map<string, { entered: number; exited: number }>

function flowOf(flows: Flows, segment: string): { entered: number; exited: number } {
  let flow = flows.get(segment)
  if (!flow) {
    flow = { entered: 0, exited: 0 }
    flows.set(segment, flow)
  }
  return flow
}
