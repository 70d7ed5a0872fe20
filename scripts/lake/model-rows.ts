import { join } from 'node:path'
import type { SourceRow } from '../../platform/model-source.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { CliError } from '../cli/command.ts'
import { furnish, openEngine } from './engine.ts'
import type { FileCache } from './file-cache.ts'
import type { LakeSource } from './lake-source.ts'
import { withLake } from './open-lake.ts'
import { fetching } from './run-sql.ts'
import { prepared, sqlError, statementsIn } from './statements.ts'
import { lakeTables } from './tables.ts'

export interface ModelQuery {
  readonly query: string
  readonly primaryKey: string
  /** Of this run alone. */
  readonly folder: string
  readonly cacheOf: (workspace: string) => FileCache
}

/** The rows of a model's query over the lake, in the order of their keys' bytes, as DuckDB gives them. @throws CliError */
export async function* modelRows(
  source: LakeSource,
  { query, primaryKey, folder, cacheOf }: ModelQuery,
): AsyncGenerator<readonly SourceRow[]> {
  const connection = await openEngine()
  const key = `CAST(m."${primaryKey.replaceAll('"', '""')}" AS VARCHAR)`
  const sql = `SELECT ${key} AS "key", CAST(to_json(m) AS VARCHAR) AS "row" FROM (\n${query}\n) AS m ORDER BY 1 NULLS FIRST`
  try {
    const statements = await statementsIn(connection, sql)
    let tries = 0
    await withLake(source, { cacheOf, range: {}, onFile: fetching() }, async (lake) => {
      const here = join(folder, `try-${tries++}`)
      await furnish(connection, lakeTables(lake, here), sql, { folder: join(here, 'spill'), isUnsafe: false })
    })
    const statement = await prepared(connection, statements, 0, false)
    const result = await statement.stream().catch((error) => {
      throw sqlError(error)
    })
    for (;;) {
      const chunk = await result.fetchChunk()
      if (!chunk || chunk.rowCount === 0) return
      yield chunk.getRows().map(([found, row]) => {
        if (found === null) throw new CliError(`${primaryKey} is null in some rows: they cannot be told apart.`)
        return { key: String(found), row: JSON.parse(String(row)) as JsonObject }
      })
    }
  } finally {
    connection.closeSync()
  }
}
