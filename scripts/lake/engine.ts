import { totalmem } from 'node:os'
import type { DuckDBConnection } from '@duckdb/node-api'
import { CliError } from '../cli/command.ts'
import type { LakeTables, TableFiles } from './tables.ts'
import { LAKE_INFO, VIEWS, viewsIn } from './views.ts'

/** DuckDB in this process, over nothing yet. Loaded when it is needed: most commands are not about the lake. */
export async function openEngine(): Promise<DuckDBConnection> {
  const duckdb = await import('@duckdb/node-api').catch((error: unknown) => {
    throw new CliError(
      `DuckDB is not there for ${process.platform} on ${process.arch}: \`npm install\` brings it where it exists ` +
        `(${error instanceof Error ? error.message.split('\n')[0] : error}).`,
    )
  })
  const instance = await duckdb.DuckDBInstance.create(':memory:')
  return instance.connect()
}

export interface Sandbox {
  /** Where DuckDB may put what does not fit into memory. */
  readonly folder: string
  /** True: it may read and write whatever the person may. */
  readonly isUnsafe: boolean
}

const MEMORY_SHARE = 0.5
const MOST_SPILLED = '50GB'

/**
 * Makes the views ready that a statement names, and shuts the engine in: what it may read are these files. The others are
 * there by name and say so when they are used.
 */
export async function furnish(
  connection: DuckDBConnection,
  tables: LakeTables,
  sql: string,
  { folder, isUnsafe }: Sandbox,
): Promise<void> {
  const named = new Set(viewsIn(sql))
  const made: { name: string; sql: string }[] = []
  const info: string[] = []
  const allowed = new Set<string>()
  for (const view of VIEWS) {
    if (!named.has(view)) continue
    const files = await Promise.all(view.tables(tables))
    for (const { paths } of files) for (const path of paths) allowed.add(path)
    made.push({ name: view.name, sql: view.sql(...files.map(scanOf)) })
    const [main] = files
    if (main) info.push(infoRow(view.name, main))
  }
  await connection.run(settingsOf(folder, [...allowed], isUnsafe))
  for (const { name, sql: text } of made) await connection.run(`CREATE VIEW ${name} AS ${text}`)
  for (const { name, columns } of VIEWS.filter((view) => !named.has(view)))
    await connection.run(
      `CREATE VIEW ${name} AS SELECT ${text(columns)} AS columns WHERE error(${text(NOT_NAMED(name))})::BOOLEAN`,
    )
  await connection.run(`CREATE VIEW ${LAKE_INFO} AS ${info.length > 0 ? info.join(' UNION ALL ') : NO_INFO}`)
  if (!isUnsafe) await connection.run('SET lock_configuration = true')
}

const NOT_NAMED = (name: string) =>
  `the view ${name} was not made ready, since the statement does not name it: write its name out`

function settingsOf(folder: string, allowed: readonly string[], isUnsafe: boolean): string {
  const settings = [
    "SET TimeZone = 'UTC'",
    ...memorySettings(folder),
    // Nothing is fetched from anywhere without being asked for.
    'SET autoinstall_known_extensions = false',
  ]
  if (!isUnsafe)
    settings.push(`SET allowed_paths = [${allowed.map(text).join(', ')}]`, 'SET enable_external_access = false')
  return settings.join('; ')
}

/** What memory does not hold goes to this folder. */
export function memorySettings(folder: string): readonly string[] {
  return [
    `SET memory_limit = '${Math.max(256, Math.floor((totalmem() * MEMORY_SHARE) / 1e6))}MB'`,
    `SET temp_directory = ${text(folder)}`,
    `SET max_temp_directory_size = '${MOST_SPILLED}'`,
  ]
}

function scanOf({ paths, isMixed }: TableFiles): string {
  return `read_parquet([${paths.map(text).join(', ')}]${isMixed ? ', union_by_name = true' : ''})`
}

function infoRow(view: string, { origin, asOf, rows, bytes, paths }: TableFiles): string {
  return `SELECT ${text(view)} AS view, ${text(origin)} AS origin, epoch_ms(${asOf}) AT TIME ZONE 'UTC' AS as_of,
    ${rows}::BIGINT AS rows, ${paths.length}::BIGINT AS files, ${bytes}::BIGINT AS bytes`
}

const NO_INFO = `SELECT NULL::VARCHAR AS view, NULL::VARCHAR AS origin, NULL::TIMESTAMPTZ AS as_of, NULL::BIGINT AS rows,
  NULL::BIGINT AS files, NULL::BIGINT AS bytes WHERE false`

/** A text as SQL has it. */
export function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}
