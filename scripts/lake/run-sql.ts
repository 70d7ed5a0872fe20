import { join } from 'node:path'
import type { SnapshotRange } from '../../platform/lake-reader.ts'
import { CliError, EXIT, type Out } from '../cli/command.ts'
import { startProgress } from '../demo/progress.ts'
import { furnish, openEngine } from './engine.ts'
import type { FileCache } from './file-cache.ts'
import type { LakeSource } from './lake-source.ts'
import { withLake } from './open-lake.ts'
import { type Format, printRows } from './print-rows.ts'
import { prepared, sqlError, statementsIn } from './statements.ts'
import { lakeTables } from './tables.ts'

export interface SqlRun {
  readonly sql: string
  /** Of this run alone. */
  readonly folder: string
  readonly cacheOf: (workspace: string) => FileCache
  readonly workspace?: string | undefined
  readonly range?: SnapshotRange
  readonly isUnsafe: boolean
  readonly format: Format
  readonly limit: number | undefined
  readonly out: Out
}

/** Runs statements over a lake and prints their rows; of several, those of the last. @throws CliError */
export async function runSql(source: LakeSource, run: SqlRun): Promise<void> {
  const { sql, folder, isUnsafe, out } = run
  const connection = await openEngine()
  try {
    const statements = await statementsIn(connection, sql)
    let tries = 0
    await withLake(source, { cacheOf: run.cacheOf, range: run.range ?? {}, onFile: fetching() }, async (lake) => {
      const { workspace } = lake.manifest
      if (run.workspace !== undefined && run.workspace !== workspace)
        throw new CliError(`The token is of the workspace ${workspace}, and not of ${run.workspace}.`, EXIT.usage)
      const here = join(folder, `try-${tries++}`)
      await furnish(connection, lakeTables(lake, here), sql, { folder: join(here, 'spill'), isUnsafe })
    })
    for (let n = 0; n < statements.count; n++) {
      const statement = await prepared(connection, statements, n, isUnsafe)
      const result = await statement.stream().catch((error) => {
        throw sqlError(error)
      })
      try {
        if (n === statements.count - 1) await printRows(result, run, out)
        else while ((await result.fetchChunk())?.rowCount);
      } catch (error) {
        throw sqlError(error)
      }
    }
  } finally {
    connection.closeSync()
  }
}

const WORTH_SAYING = 20

/** A bar on the standard error while many files are fetched. */
export function fetching(): (done: number, total: number) => void {
  let bar: ReturnType<typeof startProgress> | undefined
  return (done, total) => {
    if (total < WORTH_SAYING || !process.stderr.isTTY) return
    bar ??= startProgress('fetching', total, process.stderr)
    bar.update(done)
    if (done === total) bar.end()
  }
}
