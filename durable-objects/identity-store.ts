import type { GraphStore, IdentifierRow, MergeOperation, ProfileRow } from '../shared/identity/graph.ts'
import type { CanonicalId } from '../shared/kernel/id.ts'
import { asDict, type Dict } from '../shared/kernel/json.ts'

/**
 * A workspace's identity graph in SQLite. A leaf has a row only once it was merged away; until then it is its own
 * profile. Identifier keys are hashes, so the graph holds no personal data in the clear.
 */
const CREATE = `
  CREATE TABLE IF NOT EXISTS identifier (key TEXT PRIMARY KEY, leaf TEXT NOT NULL, anchors TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS merged (leaf TEXT PRIMARY KEY, root TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS profile (id TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS operation (
    seq INTEGER PRIMARY KEY, json TEXT NOT NULL, done INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX IF NOT EXISTS open_operation ON operation (seq) WHERE done = 0;`

type OperationJson = Omit<MergeOperation, 'seq' | 'done'>

export class IdentityStore implements GraphStore {
  readonly #sql: SqlStorage
  /** Rows changed by the running decisions; null: deleted. */
  readonly #changed = new Map<CanonicalId, ProfileRow | null>()

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(CREATE)
  }

  identifier(key: string): IdentifierRow | undefined {
    const query = 'SELECT leaf, anchors FROM identifier WHERE key = ?'
    const row = this.#one<{ leaf: CanonicalId; anchors: string }>(query, key)
    return row && { leaf: row.leaf, anchors: row.anchors === '' ? [] : row.anchors.split(' ') }
  }

  /** Keys are base64url, so a space between them is enough. */
  saveIdentifier(key: string, { leaf, anchors }: IdentifierRow): void {
    const query = 'INSERT OR REPLACE INTO identifier (key, leaf, anchors) VALUES (?, ?, ?)'
    this.#sql.exec(query, key, leaf, anchors.join(' '))
  }

  rootOf(leaf: CanonicalId): CanonicalId {
    return this.#one<{ root: CanonicalId }>('SELECT root FROM merged WHERE leaf = ?', leaf)?.root ?? leaf
  }

  setRoot(leaf: CanonicalId, root: CanonicalId): void {
    if (leaf === root) this.#sql.exec('DELETE FROM merged WHERE leaf = ?', leaf)
    else this.#sql.exec('INSERT OR REPLACE INTO merged (leaf, root) VALUES (?, ?)', leaf, root)
  }

  profile(id: CanonicalId): ProfileRow | undefined {
    const changed = this.#changed.get(id)
    if (changed !== undefined) return changed ?? undefined
    const json = this.#one<{ json: string }>('SELECT json FROM profile WHERE id = ?', id)?.json
    if (json === undefined) return undefined
    const row = JSON.parse(json) as ProfileRow
    const leaves = asDict(row.leaves as Record<string, Dict<number>>)
    for (const leaf in leaves) asDict(leaves[leaf] as Record<string, number>)
    return { ...row, leaves }
  }

  saveProfile(id: CanonicalId, row: ProfileRow): void {
    this.#changed.set(id, row)
  }

  deleteProfile(id: CanonicalId): void {
    this.#changed.set(id, null)
  }

  /**
   * Runs decisions that belong to one transaction. A profile's row changes with every identifier of a message; it is
   * written once, at the end, because a written row is what the graph costs.
   */
  deciding<T>(work: () => T): T {
    this.#changed.clear()
    try {
      const answer = work()
      for (const [id, row] of this.#changed) {
        if (row === null) this.#sql.exec('DELETE FROM profile WHERE id = ?', id)
        else this.#sql.exec('INSERT OR REPLACE INTO profile (id, json) VALUES (?, ?)', id, JSON.stringify(row))
      }
      return answer
    } finally {
      this.#changed.clear()
    }
  }

  /** Splitting profiles is not offered yet, so none ever is. */
  splitting(): boolean {
    return false
  }

  addOperation(operation: OperationJson): number {
    const row = this.#sql
      .exec<{ seq: number }>('INSERT INTO operation (json) VALUES (?) RETURNING seq', JSON.stringify(operation))
      .one()
    return row.seq
  }

  openOperations(): readonly MergeOperation[] {
    return this.#sql
      .exec<OperationRow>('SELECT seq, json, done FROM operation WHERE done = 0 ORDER BY seq')
      .toArray()
      .map(operationOf)
  }

  finish(seq: number): void {
    this.#sql.exec('UPDATE operation SET done = 1 WHERE seq = ?', seq)
  }

  operation(seq: number): MergeOperation | undefined {
    const row = this.#one<OperationRow>('SELECT seq, json, done FROM operation WHERE seq = ?', seq)
    return row && operationOf(row)
  }

  #one<T extends Record<string, SqlStorageValue>>(query: string, value: string | number): T | undefined {
    return this.#sql.exec<T>(query, value).toArray()[0]
  }
}

type OperationRow = { seq: number; json: string; done: number }

function operationOf(row: OperationRow): MergeOperation {
  return { ...(JSON.parse(row.json) as OperationJson), seq: row.seq, done: row.done === 1 }
}
