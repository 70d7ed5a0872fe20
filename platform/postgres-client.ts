import pg from 'pg'

/** Where a PostgreSQL is and who we are there. */
export interface PostgresAccess {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string
  readonly tls: 'require' | 'off'
}

const CONNECT_MS = 10_000

/** A client that is not connected yet. `statementMs`: the longest that one statement may take. */
export function postgresClient({ tls, ...access }: PostgresAccess, statementMs: number): pg.Client {
  const { host, port, database, user, password } = access
  const client = new pg.Client({
    host,
    port,
    database,
    user,
    password,
    ssl: tls === 'require',
    application_name: 'tributary',
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: statementMs,
    query_timeout: statementMs + 5_000,
  })
  // A connection that breaks while nothing is asked would end the program; the next question says it as well.
  client.on('error', () => {})
  return client
}
