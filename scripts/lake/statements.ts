import type { DuckDBConnection, DuckDBExtractedStatements } from '@duckdb/node-api'
import { CliError, EXIT } from '../cli/command.ts'

/** What only reads. */
const READING = new Set(['SELECT', 'EXPLAIN'])

export interface Statements {
  readonly sql: string
  readonly count: number
  readonly extracted: DuckDBExtractedStatements
}

/** @throws CliError with the place of what is no SQL */
export async function statementsIn(connection: DuckDBConnection, sql: string): Promise<Statements> {
  try {
    const extracted = await connection.extractStatements(sql)
    if (extracted.count === 0) throw new CliError('There is no statement to run; see --help.', EXIT.usage)
    return { sql, count: extracted.count, extracted }
  } catch (error) {
    throw error instanceof CliError ? error : sqlError(error)
  }
}

/** The n-th statement, ready to run. @throws CliError for what would change something, unless everything is allowed */
export async function prepared(
  connection: DuckDBConnection,
  { sql, extracted }: Statements,
  n: number,
  isUnsafe: boolean,
) {
  const { StatementType } = await import('@duckdb/node-api')
  try {
    const statement = await extracted.prepare(n)
    const kind = StatementType[statement.statementType] ?? 'UNKNOWN'
    if (!isUnsafe && !READING.has(kind))
      throw new CliError(
        `${kind.replaceAll('_', ' ')} is not run: the lake is read only. --unsafe lets DuckDB do all that you may do.`,
      )
    if (kind === 'EXPLAIN' && !isUnsafe) await checkExplained(connection, sql)
    return statement
  } catch (error) {
    throw error instanceof CliError ? error : sqlError(error)
  }
}

const EXPLAIN = /\bexplain\s+(analyze\b|\([^)]*\))?/gi

/** EXPLAIN ANALYZE runs what it explains, which may be anything. */
async function checkExplained(connection: DuckDBConnection, sql: string): Promise<void> {
  const { StatementType } = await import('@duckdb/node-api')
  const explained = await connection.extractStatements(sql.replace(EXPLAIN, ''))
  for (let n = 0; n < explained.count; n++) {
    const { statementType } = await explained.prepare(n)
    if (statementType !== StatementType.SELECT)
      throw new CliError(`${StatementType[statementType]} is not explained: the lake is read only.`)
  }
}

/** What DuckDB says, with the line and the place it points at. */
export function sqlError(error: unknown): CliError {
  return new CliError(error instanceof Error ? error.message : String(error))
}
