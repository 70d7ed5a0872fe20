import pg from 'pg'
import type { JsonObject } from '../shared/kernel/json.ts'
import { MODEL_SOURCES, type ModelDefinition } from '../shared/model/model.ts'
import { doubleQuoted } from '../shared/warehouse/sql.ts'
import { type CursorRange, type ModelReader, ModelRefusal, STATEMENT_MS } from './model-source.ts'
import { refusedHost } from './outbound.ts'
import type { OutboundRules } from './outbound-address.ts'
import { postgresClient } from './postgres-client.ts'
import { refusedServerName } from './warehouse-open.ts'

/**
 * A model's query in PostgreSQL. Each page is a transaction of its own that can only read; the query stands in parentheses,
 * is parsed as one statement, and values travel as parameters. Rows come as `to_jsonb` makes them, so that a number is a
 * number and a time is ISO 8601.
 *
 * @throws ModelRefusal when it must not be called
 */
export async function openModelPostgres(
  given: JsonObject,
  { query, primaryKey, cursor }: ModelDefinition,
  rules: OutboundRules,
): Promise<ModelReader> {
  const access = MODEL_SOURCES.postgres.settings.parse(given)
  const { host, tls } = access
  if (tls === 'off' && !rules.local) throw new ModelRefusal('tls must be required')
  const refused = refusedServerName(host, rules) ?? (await refusedHost(host, rules))
  if (refused) throw new ModelRefusal(`the host ${refused}`)
  const client = postgresClient(access, STATEMENT_MS)
  await client.connect().catch(refuse)

  const key = `(m.${doubleQuoted(primaryKey)})::text COLLATE "C"`
  const column = cursor === null ? null : `m.${doubleQuoted(cursor)}`
  const from = `FROM (\n${query}\n) AS m`
  const within = (range: CursorRange, values: unknown[]): string => {
    if (column === null) return 'true'
    const bounds = [...(range.after === null ? [] : [`${column} >= $${values.push(range.after)}`])]
    if (range.upTo !== null) bounds.push(`${column} <= $${values.push(range.upTo)}`)
    return bounds.length === 0 ? 'true' : bounds.join(' AND ')
  }
  async function read(sql: string, values: unknown[]): Promise<Record<string, unknown>[]> {
    await client.query('BEGIN TRANSACTION READ ONLY').catch(refuse)
    try {
      return (await client.query(sql, values).catch(refuse)).rows
    } finally {
      await client.query('ROLLBACK').catch(() => {})
    }
  }
  return {
    async facts(range) {
      const values: unknown[] = []
      const where = within(range, values)
      const greatest = column === null ? 'NULL' : `max(${column})::text`
      const sql = `SELECT count(*)::text AS rows, count(*) FILTER (WHERE ${key} IS NULL)::text AS bare, ${greatest} AS cursor ${from} WHERE ${where}`
      const [row] = await read(sql, values)
      const last = row?.['cursor']
      return {
        rows: Number(row?.['rows']),
        withoutKey: Number(row?.['bare']),
        cursor: typeof last === 'string' ? last : null,
      }
    },
    async page(after, limit, range) {
      const values: unknown[] = []
      const bounds = [`${key} IS NOT NULL`, within(range, values)]
      if (after !== null) bounds.push(`${key} > $${values.push(after)}`)
      const sql = `SELECT ${key} AS key, to_jsonb(m) AS row ${from} WHERE ${bounds.join(' AND ')} ORDER BY ${key} LIMIT ${limit}`
      const rows = await read(sql, values)
      return rows.map((row) => ({ key: String(row['key']), row: row['row'] as JsonObject }))
    },
    async close() {
      await client.end().catch(() => {})
    },
  }
}

/** What the server says of a query or a login stays so; a connection that broke or a server that starts does not. */
function refuse(fault: unknown): never {
  const code = fault instanceof pg.DatabaseError ? (fault.code ?? '') : ''
  // Classes: syntax and access, login, no such database, data that do not fit (https://www.postgresql.org/docs/current/errcodes-appendix.html).
  if (/^(42|28|3D|22|25006|0A)/.test(code)) throw new ModelRefusal(`PostgreSQL: ${(fault as Error).message}`)
  throw fault
}
