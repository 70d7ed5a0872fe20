import { DuckDBInstance } from '@duckdb/node-api'

/** An engine behind servers that stand for a service: what they are asked in their dialect is carried out by DuckDB. */
export interface DuckEngine {
  /** Statements one after the other; answers the rows of the last one, as JSON has them. */
  run(sql: string): Promise<Record<string, unknown>[]>
  stop(): void
}

export async function startDuck(): Promise<DuckEngine> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run("SET TimeZone = 'UTC'")
  let turn: Promise<unknown> = Promise.resolve()
  const run = async (sql: string) => {
    try {
      const reader = await connection.runAndReadAll(sql)
      return reader.getRowObjectsJson() as Record<string, unknown>[]
    } catch (fault) {
      // As a service does with the transaction of a script that fails.
      await connection.run('ROLLBACK').catch(() => {})
      throw fault
    }
  }
  return {
    // One connection does one thing at a time.
    run(sql) {
      const mine = turn.then(() => run(sql))
      turn = mine.catch(() => {})
      return mine
    },
    stop: () => connection.closeSync(),
  }
}
