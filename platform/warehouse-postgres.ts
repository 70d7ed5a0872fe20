import type pg from 'pg'
import type { Row } from '../shared/lake/columns.ts'
import { doubleQuoted } from '../shared/warehouse/sql.ts'
import { BATCHES, type PostgresSettings, postgresDialect, STAGE } from '../shared/warehouse/type/postgres.ts'
import { EVENTS, hasSlices, MERGES, SLICE_COLUMN, type WantedTable } from '../shared/warehouse/wanted-tables.ts'
import {
  type Batch,
  OWNER,
  PLACE,
  type Replacement,
  replacementPrefix,
  type WarehousePort,
  WarehouseRefusal,
} from '../shared/warehouse/warehouse.ts'
import { postgresClient } from './postgres-client.ts'
import { addEvents, columnsOf, recordset } from './postgres-sql.ts'
import { jsonPieces } from './warehouse-rows.ts'

/**
 * PostgreSQL, over TCP (`cloudflare:sockets` in a Worker). Rows travel as one JSON parameter, so that neither their number
 * nor what is in them matters. Every batch is a transaction with its own line in `_tributary_batches`; whoever writes holds
 * the advisory lock of the schema, so that of two runners (a lease that ran out) the second one waits.
 */
const STATEMENT_MS = 60_000
const PIECE_CHARS = 4_000_000

/** @throws WarehouseRefusal when it will never let us in; any other fault may pass */
export async function openPostgres(settings: PostgresSettings): Promise<WarehousePort> {
  const client = postgresClient(settings, STATEMENT_MS)
  await client.connect().catch(refuse)
  return portOf(client, settings.schema)
}

function portOf(client: pg.Client, schema: string): WarehousePort {
  const { at } = postgresDialect(schema)
  const ask = (sql: string, values: unknown[] = []) => client.query(sql, values).catch(refuse)

  async function once(batch: { id: string; table: string; slice: string }, work: () => Promise<number>) {
    await ask('BEGIN')
    try {
      await ask('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`tributary:${schema}`])
      const known = await ask(`SELECT rows FROM ${at(BATCHES)} WHERE batch = $1`, [batch.id])
      const rows = known.rows[0] ? Number(known.rows[0].rows) : await work()
      if (!known.rows[0])
        await ask(`INSERT INTO ${at(BATCHES)} (batch, tbl, slice, rows) VALUES ($1, $2, $3, $4)`, [
          batch.id,
          batch.table,
          batch.slice,
          rows,
        ])
      await ask('COMMIT')
      return { rows }
    } catch (fault) {
      // The connection may be gone, and the transaction with it.
      await client.query('ROLLBACK').catch(() => {})
      throw fault
    }
  }

  async function pieces(table: WantedTable, rows: readonly Row[], work: (json: string) => Promise<number>) {
    let count = 0
    const options = { instants: 'milliseconds', nested: true } as const
    for (const piece of jsonPieces(table.columns, rows, PIECE_CHARS, options))
      count += await work(`[${piece.join(',')}]`)
    return count
  }

  return {
    async present() {
      const { rows } = await ask(
        'SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = $1',
        [schema],
      )
      const tables = new Map<string, Set<string>>()
      for (const { table_name, column_name } of rows)
        tables.set(table_name, (tables.get(table_name) ?? new Set()).add(column_name))
      const place = await ask('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema])
      if (place.rowCount) tables.set(PLACE, new Set())
      return tables
    },

    async change(step) {
      await ask(step)
    },

    async claim(owner) {
      const line = `INSERT INTO ${at(BATCHES)} (batch, tbl, slice, rows) VALUES ($1, $2, '', 0) ON CONFLICT DO NOTHING`
      await ask(line, [OWNER, owner])
      const { rows } = await ask(`SELECT tbl FROM ${at(BATCHES)} WHERE batch = $1`, [OWNER])
      if (rows[0]?.tbl !== owner) throw new WarehouseRefusal(`the schema ${schema} belongs to another workspace`)
    },

    async load(batch: Batch) {
      const { table, rows, replacement } = batch
      if (replacement === undefined)
        return once({ id: batch.id, table: table.name, slice: batch.slice }, () =>
          pieces(table, rows, async (json) => (await ask(addEvents(at), [json])).rowCount ?? 0),
        )
      let part = 0
      await pieces(table, rows, async (json) => {
        part += 1
        const values = [replacement, `${batch.id}/${part}`, json]
        await ask(
          `INSERT INTO ${at(STAGE)} (replacement, batch, rows) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
          values,
        )
        return 0
      })
      return { rows: rows.length }
    },

    async replace({ id, table, slice }: Replacement) {
      return once({ id, table: table.name, slice }, async () => {
        const rows = `SELECT ${columnsOf(table)} FROM ${at(STAGE)} s, ${recordset('s.rows', table.columns)} WHERE s.replacement = $1`
        const count = await put(table, slice, rows, [id])
        // With what was laid aside by runs that were given up.
        await ask(`DELETE FROM ${at(STAGE)} WHERE starts_with(replacement, $1)`, [replacementPrefix(table, slice)])
        return count
      })
    },

    async remap(rows, id) {
      return once({ id, table: MERGES.name, slice: '' }, async () => {
        await ask(`CREATE TEMP TABLE owners (leaf text PRIMARY KEY, canonical_id text, at timestamptz) ON COMMIT DROP`)
        await pieces(MERGES, rows, async (json) => {
          const from = recordset('$1::jsonb', MERGES.columns)
          const added = await ask(`INSERT INTO owners SELECT ${columnsOf(MERGES)} FROM ${from}`, [json])
          return added.rowCount ?? 0
        })
        // Only whose owner is another one now: the rest of the events is not looked at.
        await ask(
          `UPDATE ${at(EVENTS.name)} e SET canonical_id = coalesce(c.now, e.leaf) FROM (
             SELECT coalesce(o.leaf, m.leaf) AS leaf, o.canonical_id AS now FROM owners o
             FULL JOIN ${at(MERGES.name)} m ON m.leaf = o.leaf WHERE o.canonical_id IS DISTINCT FROM m.canonical_id
           ) c WHERE e.leaf = c.leaf AND e.canonical_id <> coalesce(c.now, e.leaf)`,
        )
        return put(MERGES, '', 'SELECT leaf, canonical_id, at FROM owners', [])
      })
    },

    async erase(tables, ids) {
      let rows = 0
      await ask('BEGIN')
      try {
        await ask('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`tributary:${schema}`])
        for (const { name, people } of tables) {
          const theirs = people.map((column) => `${doubleQuoted(column)} = ANY($1)`).join(' OR ')
          rows += (await ask(`DELETE FROM ${at(name)} WHERE ${theirs}`, [ids])).rowCount ?? 0
        }
        // What was laid aside and never put in place: a run that was given up.
        await ask(
          `DELETE FROM ${at(STAGE)} WHERE EXISTS (SELECT 1 FROM jsonb_array_elements(rows) r WHERE r->>'canonical_id' = ANY($1))`,
          [ids],
        )
        await ask('COMMIT')
      } catch (fault) {
        await client.query('ROLLBACK').catch(() => {})
        throw fault
      }
      return { rows }
    },

    async counts(table) {
      const slice =
        table.kind === 'grows'
          ? `to_char(received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')`
          : hasSlices(table)
            ? doubleQuoted(SLICE_COLUMN)
            : `''`
      const { rows } = await ask(`SELECT ${slice} AS slice, count(*) AS rows FROM ${at(table.name)} GROUP BY 1`)
      return Object.fromEntries(rows.map((row) => [String(row.slice), Number(row.rows)]))
    },

    async close() {
      await client.end().catch(() => {})
    },
  }

  /** Makes a slice what a query says. Rows with a key stay where they are, unless they changed. */
  async function put(table: WantedTable, slice: string, query: string, values: unknown[]): Promise<number> {
    const target = at(table.name)
    if (table.key.length === 0) {
      await ask(`DELETE FROM ${target} WHERE ${doubleQuoted(SLICE_COLUMN)} = $1`, [slice])
      return (await ask(`INSERT INTO ${target} (${columnsOf(table)}) ${query}`, values)).rowCount ?? 0
    }
    const keys = table.key.map(doubleQuoted)
    const next = doubleQuoted(`next_${table.name}`)
    await ask(`CREATE TEMP TABLE ${next} (LIKE ${target}) ON COMMIT DROP`)
    await ask(
      `INSERT INTO ${next} (${columnsOf(table)}) SELECT DISTINCT ON (${keys.join(', ')}) ${columnsOf(table)} FROM (${query}) q`,
      values,
    )
    // Its statistics: without them the comparison below may be done row by row.
    await ask(`ANALYZE ${next}`)
    const same = keys.map((key) => `n.${key} = t.${key}`).join(' AND ')
    await ask(`DELETE FROM ${target} t WHERE NOT EXISTS (SELECT 1 FROM ${next} n WHERE ${same})`)
    const others = table.columns
      .map(({ name }) => name)
      .filter((name) => !table.key.includes(name))
      .map(doubleQuoted)
    const change =
      others.length === 0
        ? 'DO NOTHING'
        : `DO UPDATE SET ${others.map((name) => `${name} = excluded.${name}`).join(', ')}
           WHERE (${others.map((name) => `t.${name}`).join(', ')}) IS DISTINCT FROM (${others.map((name) => `excluded.${name}`).join(', ')})`
    await ask(
      `INSERT INTO ${target} AS t (${columnsOf(table)}) SELECT ${columnsOf(table)} FROM ${next} ON CONFLICT (${keys.join(', ')}) ${change}`,
    )
    const { rows } = await ask(`SELECT count(*) AS rows FROM ${next}`)
    return Number(rows[0].rows)
  }
}

/** Codes of PostgreSQL that trying again does not change: credentials, names, rights, a role without login. */
const NEVER = /^(?:28|3D000|3F000|42501|0LP01|0P000)/

function refuse(fault: unknown): never {
  const code = (fault as { code?: unknown } | null)?.code
  if (typeof code === 'string' && NEVER.test(code))
    throw new WarehouseRefusal(`PostgreSQL refused: ${(fault as Error).message}`)
  throw fault
}
