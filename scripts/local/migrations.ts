import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { StartError } from './settings.ts'

/**
 * Brings a D1 database up to date with the files of a folder, in the order of their names, and remembers them in the
 * table that wrangler uses too. Migrations are append-only: a history that was edited is refused, not guessed at.
 */
export interface MigrationDatabase {
  prepare(sql: string): MigrationStatement
  /** Carries all of them out, or none. */
  batch(statements: MigrationStatement[]): Promise<unknown>
}

export interface MigrationStatement {
  bind(...params: (string | number)[]): MigrationStatement
  all<Row>(): Promise<{ results: Row[] }>
  run(): Promise<unknown>
}

/** The table as wrangler 4 makes it, so that `wrangler d1 migrations list --local` and we agree. */
const HISTORY_TABLE = `CREATE TABLE IF NOT EXISTS d1_migrations(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`

/**
 * Applies what is missing and answers the names of what it applied.
 * @param split cuts a file into statements (D1 prepares one at a time)
 * @throws StartError when an applied file is gone, or an unapplied one comes before an applied one
 */
export async function applyMigrations(
  database: MigrationDatabase,
  folder: string,
  split: (sql: string) => string[],
): Promise<readonly string[]> {
  await database.prepare(HISTORY_TABLE).run()
  const history = await database.prepare('SELECT name FROM d1_migrations ORDER BY id').all<{ name: string }>()
  const files = readdirSync(folder).filter((name) => name.endsWith('.sql'))
  const pending = pendingMigrations(
    files,
    history.results.map((row) => row.name),
  )
  for (const name of pending) {
    const statements = split(readFileSync(join(folder, name), 'utf8')).map((sql) => database.prepare(sql))
    const remember = database.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(name)
    await database.batch([...statements, remember])
  }
  return pending
}

/** @throws StartError as above */
export function pendingMigrations(files: readonly string[], applied: readonly string[]): readonly string[] {
  const gone = applied.filter((name) => !files.includes(name))
  if (gone.length > 0) {
    throw new StartError(
      `The database has seen the migration ${gone.join(', ')}, which is not in d1-migrations/. ` +
        'This is an older version of Tributary than the state folder, or the file was renamed: put it back.',
    )
  }
  const pending = files.filter((name) => !applied.includes(name)).sort()
  const newest = [...applied].sort().at(-1)
  const tooEarly = newest === undefined ? [] : pending.filter((name) => name < newest)
  if (tooEarly.length > 0) {
    throw new StartError(
      `The migration ${tooEarly.join(', ')} comes before ${newest}, which is already applied. Give it a later number.`,
    )
  }
  return pending
}
