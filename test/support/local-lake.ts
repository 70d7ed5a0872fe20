import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** The bucket of a local server as it lies on disk, for those who break something in it. */
export interface LocalLake {
  keys(prefix: string): readonly string[]
  read(key: string): Uint8Array<ArrayBuffer>
  /** Removes an object as somebody would by hand. */
  remove(key: string): void
  /** Puts other bytes in an object's place. */
  replace(key: string, body: Uint8Array): void
}

export function localLake(state: string): LocalLake {
  const folder = join(state, 'data/r2/miniflare-R2BucketObject')
  const [file = ''] = readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name))
  const inDatabase = <T>(work: (database: DatabaseSync) => T): T => {
    const database = new DatabaseSync(join(folder, file), { timeout: 5_000 })
    try {
      return work(database)
    } finally {
      database.close()
    }
  }
  const blobOf = (key: string) => {
    const row = inDatabase((database) =>
      database.prepare('SELECT blob_id AS blob FROM _mf_objects WHERE key = ?').get(key),
    )
    if (!row) throw new Error(`there is no ${key}`)
    return join(state, 'data/r2/tributary-lake/blobs', String(row['blob']))
  }
  return {
    keys: (prefix) =>
      inDatabase((database) =>
        database
          .prepare('SELECT key FROM _mf_objects WHERE substr(key, 1, ?) = ? ORDER BY key')
          .all(prefix.length, prefix)
          .map((row) => String(row['key'])),
      ),
    read: (key) => new Uint8Array(readFileSync(blobOf(key))),
    remove: (key) => inDatabase((database) => void database.prepare('DELETE FROM _mf_objects WHERE key = ?').run(key)),
    replace(key, body) {
      writeFileSync(blobOf(key), body)
      inDatabase((database) => database.prepare('UPDATE _mf_objects SET size = ? WHERE key = ?').run(body.length, key))
    },
  }
}
