import {
  type Erasure,
  type GraphStore,
  type IdentifierRow,
  type NewOperation,
  type Operation,
  type ProfileRow,
  partiesOf,
} from '../shared/identity/graph.ts'
import type { CanonicalId } from '../shared/kernel/id.ts'
import { asDict, type Dict } from '../shared/kernel/json.ts'

/**
 * A workspace's identity graph in SQLite. A leaf has a row of its own only once it was merged away; until then it is its
 * own profile. Identifier keys are hashes, so the graph holds no personal data in the clear.
 */
const CREATE = `
  CREATE TABLE IF NOT EXISTS identifier (
    key TEXT PRIMARY KEY, leaf TEXT NOT NULL, anchors TEXT NOT NULL, more TEXT
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS merged (leaf TEXT PRIMARY KEY, root TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS profile (id TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS erased (leaf TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS operation (
    seq INTEGER PRIMARY KEY, json TEXT NOT NULL, done INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX IF NOT EXISTS open_operation ON operation (seq) WHERE done = 0;`

/** What few identifiers have: a column of its own would cost all of them. */
type More = Pick<IdentifierRow, 'after' | 'moves' | 'answered'>

export class IdentityStore implements GraphStore {
  readonly #sql: SqlStorage
  /** Rows changed by the running decisions; null: deleted. */
  readonly #changed = new Map<CanonicalId, ProfileRow | null>()
  /** Identifiers and roots as they were read or written in the running decisions: a decision asks for each several times. */
  readonly #identifiers = new Map<string, IdentifierRow | undefined>()
  readonly #roots = new Map<CanonicalId, CanonicalId>()
  #deciding = false
  /** As they stand in the table; every message asks. Undefined: not read yet. */
  #open: readonly Operation[] | undefined
  /** Whether anybody was ever erased: while nobody was, no message has to ask. */
  #anyErased: boolean | undefined

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(CREATE)
  }

  identifier(key: string): IdentifierRow | undefined {
    if (this.#identifiers.has(key)) return this.#identifiers.get(key)
    const row = this.#readIdentifier(key)
    if (this.#deciding) this.#identifiers.set(key, row)
    return row
  }

  #readIdentifier(key: string): IdentifierRow | undefined {
    const query = 'SELECT leaf, anchors, more FROM identifier WHERE key = ?'
    const row = this.#one<{ leaf: CanonicalId; anchors: string; more: string | null }>(query, key)
    if (!row) return undefined
    const anchors = row.anchors === '' ? [] : row.anchors.split(' ')
    return { leaf: row.leaf, anchors, ...(row.more === null ? {} : (JSON.parse(row.more) as More)) }
  }

  /** Keys are base64url, so a space between them is enough. */
  saveIdentifier(key: string, saved: IdentifierRow): void {
    const { leaf, anchors, ...more } = saved
    if (this.#deciding) this.#identifiers.set(key, saved)
    const query = 'INSERT OR REPLACE INTO identifier (key, leaf, anchors, more) VALUES (?, ?, ?, ?)'
    const rest = Object.keys(more).length === 0 ? null : JSON.stringify(more)
    this.#sql.exec(query, key, leaf, anchors.join(' '), rest)
  }

  rootOf(leaf: CanonicalId): CanonicalId {
    const known = this.#roots.get(leaf)
    if (known) return known
    const root = this.#one<{ root: CanonicalId }>('SELECT root FROM merged WHERE leaf = ?', leaf)?.root ?? leaf
    if (this.#deciding) this.#roots.set(leaf, root)
    return root
  }

  setRoot(leaf: CanonicalId, root: CanonicalId): void {
    if (this.#deciding) this.#roots.set(leaf, root)
    if (leaf === root) this.#sql.exec('DELETE FROM merged WHERE leaf = ?', leaf)
    else this.#sql.exec('INSERT OR REPLACE INTO merged (leaf, root) VALUES (?, ?)', leaf, root)
  }

  profile(id: CanonicalId): ProfileRow | undefined {
    const changed = this.#changed.get(id)
    if (changed !== undefined) return changed ?? undefined
    const json = this.#one<{ json: string }>('SELECT json FROM profile WHERE id = ?', id)?.json
    return json === undefined ? undefined : profileRowOf(json)
  }

  saveProfile(id: CanonicalId, row: ProfileRow): void {
    this.#changed.set(id, row)
  }

  deleteProfile(id: CanonicalId): void {
    this.#changed.set(id, null)
  }

  erasure(leaf: CanonicalId): Erasure | undefined {
    this.#anyErased ??= this.#sql.exec('SELECT leaf FROM erased LIMIT 1').toArray().length > 0
    if (!this.#anyErased) return undefined
    const json = this.#one<{ json: string }>('SELECT json FROM erased WHERE leaf = ?', leaf)?.json
    return json === undefined ? undefined : (JSON.parse(json) as Erasure)
  }

  saveErasure(leaf: CanonicalId, erasure: Erasure | null): void {
    this.#anyErased = undefined
    if (erasure === null) this.#sql.exec('DELETE FROM erased WHERE leaf = ?', leaf)
    else this.#sql.exec('INSERT OR REPLACE INTO erased (leaf, json) VALUES (?, ?)', leaf, JSON.stringify(erasure))
  }

  /**
   * Runs decisions that belong to one transaction. A profile's row changes with every identifier of a message; it is
   * written once, at the end, because a written row is what the graph costs.
   */
  deciding<T>(work: () => T): T {
    this.#deciding = true
    try {
      const answer = work()
      for (const [id, row] of this.#changed) {
        if (row === null) this.#sql.exec('DELETE FROM profile WHERE id = ?', id)
        else this.#sql.exec('INSERT OR REPLACE INTO profile (id, json) VALUES (?, ?)', id, JSON.stringify(row))
      }
      return answer
    } catch (fault) {
      this.#open = undefined
      this.#anyErased = undefined
      throw fault
    } finally {
      this.#deciding = false
      for (const memory of [this.#changed, this.#identifiers, this.#roots]) memory.clear()
    }
  }

  addOperation(operation: NewOperation): number {
    const done = partiesOf({ ...operation, seq: 0, done: false } as Operation).length === 0 ? 1 : 0
    const insert = 'INSERT INTO operation (json, done) VALUES (?, ?) RETURNING seq'
    const { seq } = this.#sql.exec<{ seq: number }>(insert, JSON.stringify(operation), done).one()
    this.#open = undefined
    return seq
  }

  saveOperation({ seq, done, ...operation }: Operation): void {
    const update = 'UPDATE operation SET json = ?, done = ? WHERE seq = ?'
    this.#sql.exec(update, JSON.stringify(operation), done ? 1 : 0, seq)
    this.#open = undefined
  }

  openOperations(): readonly Operation[] {
    this.#open ??= this.#sql
      .exec<OperationRow>('SELECT seq, json, done FROM operation WHERE done = 0 ORDER BY seq')
      .toArray()
      .map(operationOf)
    return this.#open
  }

  finish(seq: number): void {
    this.#sql.exec('UPDATE operation SET done = 1 WHERE seq = ?', seq)
    this.#open = undefined
  }

  operation(seq: number): Operation | undefined {
    const row = this.#one<OperationRow>('SELECT seq, json, done FROM operation WHERE seq = ?', seq)
    return row && operationOf(row)
  }

  /** Up to `limit` profiles after an ID, for looking through all of them in steps. */
  profilesAfter(after: string, limit: number): readonly { readonly id: CanonicalId; readonly row: ProfileRow }[] {
    return this.#sql
      .exec<{ id: CanonicalId; json: string }>(
        'SELECT id, json FROM profile WHERE id > ? ORDER BY id LIMIT ?',
        after,
        limit,
      )
      .toArray()
      .map(({ id, json }) => ({ id, row: profileRowOf(json) }))
  }

  #one<T extends Record<string, SqlStorageValue>>(query: string, value: string | number): T | undefined {
    return this.#sql.exec<T>(query, value).toArray()[0]
  }
}

type OperationRow = { seq: number; json: string; done: number }

function operationOf(row: OperationRow): Operation {
  return { ...(JSON.parse(row.json) as NewOperation), seq: row.seq, done: row.done === 1 } as Operation
}

function profileRowOf(json: string): ProfileRow {
  const row = JSON.parse(json) as ProfileRow
  const leaves = asDict(row.leaves as Record<string, Dict<number>>)
  for (const leaf in leaves) asDict(leaves[leaf] as Record<string, number>)
  return { ...row, leaves }
}
