import type { Column, Row } from '../shared/lake/columns.ts'
import { erasureOf, sqlText } from '../shared/warehouse/sql.ts'
import {
  BIGQUERY_BATCHES,
  BIGQUERY_TYPES,
  type BigQuerySettings,
  bigQueryDialect,
} from '../shared/warehouse/type/bigquery.ts'
import { EVENTS, hasSlices, MERGES, SLICE_COLUMN, type WantedTable } from '../shared/warehouse/wanted-tables.ts'
import { OWNER, PLACE, type WarehousePort, WarehouseRefusal } from '../shared/warehouse/warehouse.ts'
import { bigQueryJobs } from './bigquery-jobs.ts'
import { contentHash } from './hashing.ts'
import type { OutboundRules } from './outbound-address.ts'
import { jsonPieces } from './warehouse-rows.ts'

/**
 * BigQuery: rows are loaded as NDJSON into a table beside (objects as texts of JSON, since a load job would guess), and come
 * from there by a script that is one transaction. Every load and every script is a job named after its batch.
 */
const PIECE_CHARS = 8_000_000

export async function openBigQuery(settings: BigQuerySettings, rules: OutboundRules): Promise<WarehousePort> {
  const { project, dataset } = settings
  const { at } = bigQueryDialect(settings)
  const { job, query } = bigQueryJobs(settings, rules)

  /** Rows into a table beside, each piece once. */
  async function stage(
    table: WantedTable,
    name: string,
    id: string,
    rows: readonly Row[],
  ): Promise<'done' | 'pending'> {
    const load = {
      sourceFormat: 'NEWLINE_DELIMITED_JSON',
      destinationTable: { projectId: project, datasetId: dataset, tableId: name },
      schema: { fields: table.columns.map(({ name: column, type }) => ({ name: column, type: stagedType(type) })) },
      createDisposition: 'CREATE_IF_NEEDED',
      writeDisposition: 'WRITE_APPEND',
    }
    let part = 0
    const options = { instants: 'iso', nested: false } as const
    for (const piece of jsonPieces(table.columns, rows, PIECE_CHARS, options)) {
      part += 1
      const end = await job(`load:${name}:${id}/${part}`, { load }, `${piece.join('\n')}\n`)
      if (end === 'pending') return end
    }
    return 'done'
  }

  const script = (name: string, statements: readonly string[]) =>
    job(`script:${name}`, { query: { query: `${statements.join(';\n')};`, useLegacySql: false } })

  const beside = (id: string) => `_stage_${contentHash(id).slice(0, 24)}`

  return {
    async present() {
      const datasets = await query(
        `SELECT schema_name FROM \`${project}\`.\`region-${settings.location.toLowerCase()}\`.INFORMATION_SCHEMA.SCHEMATA WHERE schema_name = ${sqlText(dataset)}`,
      )
      const tables = new Map<string, Set<string>>()
      if (datasets.length === 0) return tables
      tables.set(PLACE, new Set())
      const columns = await query(
        `SELECT table_name, column_name FROM \`${project}.${dataset}\`.INFORMATION_SCHEMA.COLUMNS WHERE NOT STARTS_WITH(table_name, '_stage_')`,
      )
      for (const [table, column] of columns)
        tables.set(String(table), (tables.get(String(table)) ?? new Set()).add(String(column)))
      return tables
    },

    async change(step) {
      await query(step)
    },

    async claim(owner) {
      const ours = () => query(`SELECT tbl FROM ${at(BIGQUERY_BATCHES)} WHERE batch = '${OWNER}' ORDER BY tbl LIMIT 1`)
      if ((await ours()).length === 0)
        await query(`INSERT INTO ${at(BIGQUERY_BATCHES)} (batch, tbl) VALUES ('${OWNER}', ${sqlText(owner)})`)
      if ((await ours())[0]?.[0] !== owner)
        throw new WarehouseRefusal(`the dataset ${dataset} belongs to another workspace`)
    },

    async load({ id, table, rows, replacement }) {
      const name = beside(replacement ?? id)
      if ((await stage(table, name, id, rows)) === 'pending') return 'pending'
      if (replacement !== undefined || rows.length === 0) return { rows: rows.length }
      const end = await script(id, [addEvents(at, name), `DROP TABLE IF EXISTS ${at(name)}`])
      return end === 'pending' ? end : { rows: rows.length }
    },

    async replace({ id, table, slice, files }) {
      const rows = files.reduce((sum, file) => sum + file.rows, 0)
      const name = beside(id)
      const where = hasSlices(table) ? `${SLICE_COLUMN} = ${sqlText(slice)}` : 'TRUE'
      const end = await script(id, [
        'BEGIN TRANSACTION',
        `DELETE FROM ${at(table.name)} WHERE ${where}`,
        // Of a slice without rows there is nothing beside.
        ...(rows > 0 ? [copied(at, table, name)] : []),
        'COMMIT TRANSACTION',
        `DROP TABLE IF EXISTS ${at(name)}`,
      ])
      return end === 'pending' ? end : { rows }
    },

    async remap(rows, id) {
      const name = beside(id)
      if ((await stage(MERGES, name, id, rows)) === 'pending') return 'pending'
      const next = rows.length > 0 ? at(name) : `(SELECT * FROM ${at(MERGES.name)} WHERE FALSE)`
      const end = await script(id, [
        'BEGIN TRANSACTION',
        `UPDATE ${at(EVENTS.name)} AS e SET canonical_id = IFNULL(c.owner, e.leaf) FROM (
           SELECT IFNULL(o.leaf, m.leaf) AS leaf, o.canonical_id AS owner FROM ${next} AS o
           FULL JOIN ${at(MERGES.name)} AS m ON m.leaf = o.leaf WHERE o.canonical_id IS DISTINCT FROM m.canonical_id
         ) AS c WHERE e.leaf = c.leaf`,
        `DELETE FROM ${at(MERGES.name)} WHERE TRUE`,
        ...(rows.length > 0 ? [copied(at, MERGES, name)] : []),
        'COMMIT TRANSACTION',
        `DROP TABLE IF EXISTS ${at(name)}`,
      ])
      return end === 'pending' ? end : { rows: rows.length }
    },

    async erase(tables, ids, id) {
      const end = await script(id, erasureOf({ at }, tables, ids))
      return end === 'pending' ? end : { rows: 0 }
    },

    async counts(table) {
      const slice =
        table.kind === 'grows' ? `FORMAT_TIMESTAMP('%Y-%m-%d', received_at)` : hasSlices(table) ? SLICE_COLUMN : `''`
      const rows = await query(`SELECT ${slice} AS slice, COUNT(*) AS n FROM ${at(table.name)} GROUP BY slice`)
      return Object.fromEntries(rows.map(([name, count]) => [String(name), Number(count)]))
    },

    close: async () => {},
  }
}

function stagedType(type: Column['type']): string {
  return type === 'json' ? 'STRING' : BIGQUERY_TYPES[type]
}

function valueIn({ name, type }: Column, from: string): string {
  // A number that does not fit is rounded, as JSON in JavaScript has it.
  return type === 'json' ? `PARSE_JSON(${from}.\`${name}\`, wide_number_mode => 'round')` : `${from}.\`${name}\``
}

function copied(at: (table: string) => string, table: WantedTable, stage: string): string {
  const columns = table.columns.map(({ name }) => `\`${name}\``).join(', ')
  const values = table.columns.map((column) => valueIn(column, 's')).join(', ')
  return `INSERT INTO ${at(table.name)} (${columns}) SELECT ${values} FROM ${at(stage)} AS s`
}

/** Under their present owner; a row that is there stays as it is. */
function addEvents(at: (table: string) => string, stage: string): string {
  const columns = EVENTS.columns.map(({ name }) => `\`${name}\``).join(', ')
  const values = EVENTS.columns.map((column) =>
    column.name === 'canonical_id'
      ? 'IFNULL(m.canonical_id, s.leaf) AS canonical_id'
      : `${valueIn(column, 's')} AS \`${column.name}\``,
  )
  const same = EVENTS.key.map((name) => `t.${name} = n.${name}`).join(' AND ')
  return `MERGE INTO ${at(EVENTS.name)} AS t USING (
      SELECT ${values.join(', ')} FROM ${at(stage)} AS s LEFT JOIN ${at(MERGES.name)} AS m ON m.leaf = s.leaf
    ) AS n ON ${same} WHEN NOT MATCHED THEN INSERT (${columns}) VALUES (${EVENTS.columns.map(({ name }) => `n.\`${name}\``).join(', ')})`
}
