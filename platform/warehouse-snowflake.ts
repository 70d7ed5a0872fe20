import type { Column, Row } from '../shared/lake/columns.ts'
import { erasureOf, sqlText } from '../shared/warehouse/sql.ts'
import {
  snowflakeName as quoted,
  SNOWFLAKE_BATCHES,
  SNOWFLAKE_STAGE,
  SNOWFLAKE_TYPES,
  type SnowflakeSettings,
  snowflakeDialect,
} from '../shared/warehouse/type/snowflake.ts'
import { EVENTS, hasSlices, MERGES, SLICE_COLUMN, type WantedTable } from '../shared/warehouse/wanted-tables.ts'
import { OWNER, PLACE, type WarehousePort, WarehouseRefusal } from '../shared/warehouse/warehouse.ts'
import type { OutboundRules } from './outbound-address.ts'
import { type Answer, snowflakeStatements } from './snowflake-statements.ts'
import { jsonPieces } from './warehouse-rows.ts'

/**
 * Snowflake. The SQL API takes no files (PUT is not in it), and no bound values in requests of several statements: rows are
 * bound as JSON into `_tributary_stage`, and come from there in a transaction without any. Keys hold by MERGE, since
 * Snowflake checks none.
 */
const PIECE_CHARS = 1_000_000

export async function openSnowflake(settings: SnowflakeSettings, rules: OutboundRules): Promise<WarehousePort> {
  const { at } = snowflakeDialect(settings)
  const { database, schema } = settings
  const { run } = await snowflakeStatements(settings, rules)

  async function rowsOf(sql: string): Promise<Exclude<Answer, 'pending'>> {
    const answer = await run(sql)
    // Without a name it is waited for.
    return answer === 'pending' ? [] : answer
  }

  /** Rows laid aside under a name, each piece once. */
  async function stage(table: WantedTable, replacement: string, batch: string, rows: readonly Row[]) {
    let part = 0
    const options = { instants: 'iso', nested: true } as const
    for (const piece of jsonPieces(table.columns, rows, PIECE_CHARS, options)) {
      part += 1
      const name = `${batch}/${part}`
      const sql = `MERGE INTO ${at(SNOWFLAKE_STAGE)} t USING (SELECT ? AS replacement, ? AS batch, PARSE_JSON(?) AS payload) n
        ON t.replacement = n.replacement AND t.batch = n.batch
        WHEN NOT MATCHED THEN INSERT (replacement, batch, payload) VALUES (n.replacement, n.batch, n.payload)`
      const end = await run(sql, { name: `stage:${name}`, binds: [replacement, name, `[${piece.join(',')}]`] })
      if (end === 'pending') return end
    }
    return 'done'
  }

  const staged = (table: WantedTable, replacement: string) =>
    `SELECT ${table.columns.map((column) => `${valueIn(column)} AS ${quoted(column.name)}`).join(', ')}
     FROM ${at(SNOWFLAKE_STAGE)} s, LATERAL FLATTEN(INPUT => s.payload) f WHERE s.replacement = ${sqlText(replacement)}`

  const transaction = (name: string, statements: readonly string[]) =>
    run(['BEGIN TRANSACTION', ...statements, 'COMMIT'], { name: `script:${name}` })

  const unstaged = (replacement: string) =>
    `DELETE FROM ${at(SNOWFLAKE_STAGE)} WHERE replacement = ${sqlText(replacement)}`

  return {
    async present() {
      const inner = `${database}.INFORMATION_SCHEMA`
      const upper = sqlText(schema.toUpperCase())
      const tables = new Map<string, Set<string>>()
      const place = await rowsOf(`SELECT SCHEMA_NAME FROM ${inner}.SCHEMATA WHERE SCHEMA_NAME = ${upper}`)
      if (place.length === 0) return tables
      tables.set(PLACE, new Set())
      for (const [table, column] of await rowsOf(
        `SELECT TABLE_NAME, COLUMN_NAME FROM ${inner}.COLUMNS WHERE TABLE_SCHEMA = ${upper}`,
      )) {
        const name = String(table).toLowerCase()
        tables.set(name, (tables.get(name) ?? new Set()).add(String(column).toLowerCase()))
      }
      return tables
    },

    async change(step) {
      await run(step)
    },

    async claim(owner) {
      const ours = () =>
        rowsOf(`SELECT tbl FROM ${at(SNOWFLAKE_BATCHES)} WHERE batch = '${OWNER}' ORDER BY tbl LIMIT 1`)
      if ((await ours()).length === 0)
        await run(`INSERT INTO ${at(SNOWFLAKE_BATCHES)} (batch, tbl) VALUES ('${OWNER}', ${sqlText(owner)})`)
      if ((await ours())[0]?.[0] !== owner)
        throw new WarehouseRefusal(`the schema ${schema} belongs to another workspace`)
    },

    async load({ id, table, rows, replacement }) {
      if ((await stage(table, replacement ?? id, id, rows)) === 'pending') return 'pending'
      if (replacement !== undefined) return { rows: rows.length }
      const columns = EVENTS.columns.map(({ name }) => quoted(name))
      const end = await transaction(id, [
        `MERGE INTO ${at(EVENTS.name)} t USING (
           SELECT ${columns.map((name) => (name === quoted('canonical_id') ? `COALESCE(m.canonical_id, r.leaf) AS ${name}` : `r.${name}`)).join(', ')}
           FROM (${staged(EVENTS, id)}) r LEFT JOIN ${at(MERGES.name)} m ON m.leaf = r.leaf
         ) n ON ${EVENTS.key.map((name) => `t.${name} = n.${name}`).join(' AND ')}
         WHEN NOT MATCHED THEN INSERT (${columns.join(', ')}) VALUES (${columns.map((name) => `n.${name}`).join(', ')})`,
        unstaged(id),
      ])
      return end === 'pending' ? end : { rows: rows.length }
    },

    async replace({ id, table, slice, files }) {
      const where = hasSlices(table) ? ` WHERE ${SLICE_COLUMN} = ${sqlText(slice)}` : ''
      const end = await replaced(id, table, where)
      return end === 'pending' ? end : { rows: files.reduce((sum, file) => sum + file.rows, 0) }
    },

    async remap(rows, id) {
      if ((await stage(MERGES, id, id, rows)) === 'pending') return 'pending'
      const end = await replaced(id, MERGES, '', [
        `UPDATE ${at(EVENTS.name)} SET canonical_id = COALESCE(c.owner, ${at(EVENTS.name)}.leaf) FROM (
           SELECT COALESCE(o.leaf, m.leaf) AS leaf, o.canonical_id AS owner FROM (${staged(MERGES, id)}) o
           FULL JOIN ${at(MERGES.name)} m ON m.leaf = o.leaf WHERE o.canonical_id IS DISTINCT FROM m.canonical_id
         ) c WHERE ${at(EVENTS.name)}.leaf = c.leaf`,
      ])
      return end === 'pending' ? end : { rows: rows.length }
    },

    async erase(tables, ids, id) {
      const end = await transaction(id, erasureOf({ at }, tables, ids))
      return end === 'pending' ? end : { rows: 0 }
    },

    async counts(table) {
      const slice =
        table.kind === 'grows'
          ? `TO_CHAR(CONVERT_TIMEZONE('UTC', received_at), 'YYYY-MM-DD')`
          : hasSlices(table)
            ? SLICE_COLUMN
            : `''`
      const rows = await rowsOf(`SELECT ${slice} AS slice, COUNT(*) AS n FROM ${at(table.name)} GROUP BY 1`)
      return Object.fromEntries(rows.map(([name, count]) => [String(name), Number(count)]))
    },

    close: async () => {},
  }

  /**
   * Puts what was laid aside in the place of what is there. It happens once even when the service forgot the request: what
   * was laid aside goes in the same transaction, and the note that it did is looked for first.
   */
  async function replaced(id: string, table: WantedTable, where: string, before: readonly string[] = []) {
    const note = await rowsOf(`SELECT tbl FROM ${at(SNOWFLAKE_BATCHES)} WHERE batch = ${sqlText(id)} LIMIT 1`)
    if (note.length > 0) return 'done'
    const columns = table.columns.map(({ name }) => quoted(name)).join(', ')
    return transaction(id, [
      ...before,
      `DELETE FROM ${at(table.name)}${where}`,
      `INSERT INTO ${at(table.name)} (${columns}) ${staged(table, id)}`,
      unstaged(id),
      `INSERT INTO ${at(SNOWFLAKE_BATCHES)} (batch, tbl) VALUES (${sqlText(id)}, ${sqlText(table.name)})`,
    ])
  }
}

/** A field of an element of what was laid aside. */
function valueIn({ name, type }: Column): string {
  return `f.value:"${name}"${type === 'json' ? '' : `::${SNOWFLAKE_TYPES[type]}`}`
}
