import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { hashToken } from '../platform/hashing.ts'
import { asSqlFile, bootstrapStatements, newFirstWorkspace } from './bootstrap.ts'

const SCHEMA = readFileSync(join(import.meta.dirname, '../d1-migrations/0001_initial.sql'), 'utf8')

describe('the first workspace', () => {
  it('has random names and keys in the documented shapes', () => {
    const first = newFirstWorkspace(0)
    expect(first.sourceId).toMatch(/^src_[a-z0-9]{12}$/)
    expect(first.tokenId).toMatch(/^tok_[a-z0-9]{12}$/)
    expect(first.apiToken).toMatch(/^tk_[A-Za-z0-9_-]{43}$/)
    expect(newFirstWorkspace(0)).not.toEqual(first)
  })

  it('is the same whether its statements run once or twice, with parameters or as a file', () => {
    const first = newFirstWorkspace(1_700_000_000_000)
    const statements = bootstrapStatements(first)
    const database = new DatabaseSync(':memory:')
    database.exec(SCHEMA)
    for (const { sql, params } of statements) database.prepare(sql).run(...params)
    const once = contents(database)
    database.exec(asSqlFile(statements))
    expect(contents(database)).toEqual(once)
    expect(once.tokens).toMatchObject([{ hash: hashToken(first.apiToken), scopes: '["*"]', expires_at: null }])
    expect(once.sources).toMatchObject([{ id: first.sourceId, name: 'default', kind: 'web', enabled: 1 }])
    expect(once.segments.map((segment) => segment['key'])).toEqual(['power_user', 'pro_plan', 'reengage'])
  })

  it('does not undo what somebody edited since', () => {
    const database = new DatabaseSync(':memory:')
    database.exec(SCHEMA)
    const file = asSqlFile(bootstrapStatements(newFirstWorkspace(0)))
    database.exec(file)
    database.exec("UPDATE segments SET name = 'VIPs' WHERE key = 'power_user'")
    database.exec(file)
    expect(database.prepare("SELECT name FROM segments WHERE key = 'power_user'").get()).toEqual({ name: 'VIPs' })
  })

  it('never holds the token itself', () => {
    const first = newFirstWorkspace(0)
    expect(asSqlFile(bootstrapStatements(first))).not.toContain(first.apiToken)
  })

  it('quotes text with apostrophes', () => {
    expect(asSqlFile([{ sql: 'SELECT ?, ?', params: ["it's ?", 1] }])).toBe("SELECT 'it''s ?', 1;\n")
  })
})

function contents(database: DatabaseSync) {
  return {
    workspaces: database.prepare('SELECT * FROM workspaces').all(),
    sources: database.prepare('SELECT * FROM sources').all(),
    tokens: database.prepare('SELECT * FROM tokens').all(),
    segments: database.prepare('SELECT * FROM segments ORDER BY key').all(),
  }
}
