import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { applyMigrations, type MigrationDatabase, type MigrationStatement, pendingMigrations } from './migrations.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-migrations-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** D1's interface over SQLite in memory; a batch is a transaction, as there. */
function database(): MigrationDatabase & { readonly sqlite: DatabaseSync } {
  const sqlite = new DatabaseSync(':memory:')
  const statement = (sql: string, params: (string | number)[] = []): MigrationStatement => ({
    bind: (...bound) => statement(sql, bound),
    all: async <Row>() => ({ results: sqlite.prepare(sql).all(...params) as Row[] }),
    run: async () => sqlite.prepare(sql).run(...params),
  })
  return {
    sqlite,
    prepare: statement,
    async batch(statements) {
      sqlite.exec('BEGIN')
      try {
        for (const each of statements) await each.run()
        sqlite.exec('COMMIT')
      } catch (error) {
        sqlite.exec('ROLLBACK')
        throw error
      }
    },
  }
}

const split = (sql: string) => sql.split(';').filter((part) => part.trim() !== '')

describe('applyMigrations', () => {
  it('applies each file once, in the order of names', async () => {
    const db = database()
    writeFileSync(join(folder, '0002_b.sql'), 'INSERT INTO t VALUES (2)')
    writeFileSync(join(folder, '0001_a.sql'), 'CREATE TABLE t (n); INSERT INTO t VALUES (1);')
    expect(await applyMigrations(db, folder, split)).toEqual(['0001_a.sql', '0002_b.sql'])
    expect(await applyMigrations(db, folder, split)).toEqual([])
    expect(db.sqlite.prepare('SELECT n FROM t').all()).toEqual([{ n: 1 }, { n: 2 }])
  })

  it('applies a file as a whole or not at all', async () => {
    const db = database()
    writeFileSync(join(folder, '0001_a.sql'), 'CREATE TABLE t (n); INSERT INTO nowhere VALUES (1);')
    await expect(applyMigrations(db, folder, split)).rejects.toThrow(/nowhere/)
    expect(db.sqlite.prepare("SELECT name FROM sqlite_master WHERE name = 't'").all()).toEqual([])
    expect(db.sqlite.prepare('SELECT name FROM d1_migrations').all()).toEqual([])
  })
})

describe('pendingMigrations', () => {
  it('refuses a history whose file is gone', () => {
    expect(() => pendingMigrations(['0002_b.sql'], ['0001_a.sql'])).toThrow(/0001_a\.sql.*not in d1-migrations/)
  })

  it('refuses a new file before an applied one', () => {
    expect(() => pendingMigrations(['0001_a.sql', '0002_b.sql'], ['0002_b.sql'])).toThrow(/later number/)
  })
})
