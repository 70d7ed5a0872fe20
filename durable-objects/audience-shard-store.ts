import type { Tombstone } from '../shared/audience/document-of.ts'
import { isTombstone, type Telling } from '../shared/audience/document-of.ts'
import { searchTextOf } from '../shared/audience/search-text.ts'
import { hash53 } from '../shared/kernel/hash.ts'

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
  CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;`

export interface Upserted {
  readonly n: number
  readonly id: string
  readonly config: number
  readonly gone: boolean
}

type Known = { n: number; version: number; config: number; text: number; memberships: string | null; gone: number }

/** No text, nothing in the indexes. */
const NO_TEXT = 0

export class AudienceShardStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(TABLES)
  }

  /** Takes what is newer than what is here; answers what was taken. Call it inside a transaction. */
  upsert(tellings: readonly Telling[]): readonly Upserted[] {
    return tellings.flatMap((telling) => {
      const known = this.#known(telling.id)
      return isTombstone(telling) ? this.#bury(telling, known) : this.#keep(telling, known)
    })
  }

  /** The version at which a person is here; undefined when nothing was ever heard of them. */
  versionOf(id: string): number | undefined {
    return this.#known(id)?.version
  }

  size(): number {
    return this.#sql.exec<{ n: number }>('SELECT count(*) AS n FROM documents WHERE json IS NOT NULL').one().n
  }

  greatestPlace(): number {
    return this.#sql.exec<{ n: number | null }>('SELECT max(n) AS n FROM documents').one().n ?? 0
  }

  fact(name: string): string | undefined {
    return this.#sql.exec<{ value: string }>('SELECT value FROM facts WHERE name = ?', name).toArray()[0]?.value
  }

  setFact(name: string, value: string): void {
    this.#sql.exec('INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)', name, value)
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

  #keep(document: Exclude<Telling, Tombstone>, known: Known | undefined): readonly Upserted[] {
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
    this.#enroll(n, known?.memberships ?? null, document.memberships)
    return [{ n, id, config: configVersion, gone: false }]
  }

  /** A place that was never taken is kept for a tombstone, too: the document it is newer than may still come. */
  #bury({ id, version }: Tombstone, known: Known | undefined): readonly Upserted[] {
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
    this.#enroll(n, known.memberships, {})
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

  /** Writes only the memberships that changed. */
  #enroll(n: number, before: string | null, after: { readonly [key: string]: number }): void {
    const had = new Map(Object.entries(JSON.parse(before ?? '{}') as Record<string, number>))
    for (const [key, since] of Object.entries(after)) {
      if (had.get(key) !== since)
        this.#sql.exec('INSERT OR REPLACE INTO memberships (segment, n, since) VALUES (?, ?, ?)', key, n, since)
      had.delete(key)
    }
    for (const key of had.keys()) this.#sql.exec('DELETE FROM memberships WHERE segment = ? AND n = ?', key, n)
  }
}
