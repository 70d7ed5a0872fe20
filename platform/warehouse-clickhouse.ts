import type { Reply } from '../shared/destination/verdict.ts'
import type { Row } from '../shared/lake/columns.ts'
import { CLICKHOUSE_BATCHES, type ClickHouseSettings, clickhouseTable } from '../shared/warehouse/type/clickhouse.ts'
import { hasSlices, MERGES, SLICE_COLUMN, type WantedTable } from '../shared/warehouse/wanted-tables.ts'
import { OWNER, PLACE, type WarehousePort, WarehouseRefusal } from '../shared/warehouse/warehouse.ts'
import { contentHash } from './hashing.ts'
import type { OutboundRules } from './outbound-address.ts'
import { askWarehouse } from './warehouse-http.ts'
import { jsonPieces } from './warehouse-rows.ts'

/**
 * ClickHouse over its HTTP interface (https://clickhouse.com/docs/interfaces/http). There are no transactions: a batch is
 * inserted under its id as `insert_deduplication_token`, a slice is loaded beside the table and put in its place by
 * REPLACE PARTITION, which is atomic and may be repeated. Deletions are mutations, which ClickHouse carries out later.
 */
const PIECE_CHARS = 8_000_000

export async function openClickHouse(settings: ClickHouseSettings, rules: OutboundRules): Promise<WarehousePort> {
  const { url, user, password, database } = settings
  const at = (name: string) => clickhouseTable(database, name)

  async function ask(sql: string, rows?: readonly string[]): Promise<string> {
    const target = new URL(url)
    // So that a failure in the middle is said by the status.
    target.searchParams.set('wait_end_of_query', '1')
    if (rows) target.searchParams.set('query', sql)
    const headers = {
      'X-ClickHouse-User': user,
      'X-ClickHouse-Key': password,
      'Content-Type': 'text/plain; charset=utf-8',
    }
    const body = rows ? rows.join('\n') : sql
    return read(await askWarehouse('ClickHouse', { method: 'POST', url: target.href, headers, body }, rules, 'any'))
  }

  async function rowsOf(sql: string): Promise<readonly Record<string, unknown>[]> {
    const text = await ask(`${sql} FORMAT JSONEachRow`)
    // Written by ClickHouse, a row per line.
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  }

  async function insert(table: WantedTable, into: string, rows: readonly Row[], id: string): Promise<void> {
    let part = 0
    const options = { instants: 'milliseconds', nested: false } as const
    for (const piece of jsonPieces(table.columns, rows, PIECE_CHARS, options)) {
      part += 1
      const columns = table.columns.map(({ name }) => name).join(', ')
      const settings = `insert_deduplicate = 1, async_insert = 0, insert_deduplication_token = ${text(`${id}/${part}`)}`
      await ask(`INSERT INTO ${at(into)} (${columns}) SETTINGS ${settings} FORMAT JSONEachRow`, piece)
    }
  }

  async function isKnown(id: string): Promise<boolean> {
    return (await rowsOf(`SELECT batch FROM ${at(CLICKHOUSE_BATCHES)} WHERE batch = ${text(id)} LIMIT 1`)).length > 0
  }

  async function note(id: string, table: string, slice: string, rows: number): Promise<void> {
    await ask(
      `INSERT INTO ${at(CLICKHOUSE_BATCHES)} (batch, tbl, slice, rows) VALUES (${text(id)}, ${text(table)}, ${text(slice)}, ${rows})`,
    )
  }

  /** The table beside a table in which a replacement is made ready. */
  const stageOf = (replacement: string) => `_stage_${contentHash(replacement).slice(0, 16)}`

  async function makeStage(table: WantedTable, replacement: string): Promise<string> {
    const stage = stageOf(replacement)
    await ask(`CREATE TABLE IF NOT EXISTS ${at(stage)} AS ${at(table.name)}`)
    return stage
  }

  /** Atomic, and the same when it is done twice. What is there afterwards is what the stage has. */
  async function swap(table: WantedTable, slice: string, stage: string): Promise<number> {
    const partition = hasSlices(table) ? text(slice) : 'tuple()'
    const [count] = await rowsOf(`SELECT count() AS rows FROM ${at(stage)}`)
    const rows = Number(count?.['rows'] ?? 0)
    if (rows === 0) await ask(`ALTER TABLE ${at(table.name)} DROP PARTITION ${partition}`)
    else await ask(`ALTER TABLE ${at(table.name)} REPLACE PARTITION ${partition} FROM ${at(stage)}`)
    return rows
  }

  return {
    async present() {
      const columns = await rowsOf(`SELECT table, name FROM system.columns WHERE database = ${text(database)}`)
      const tables = new Map<string, Set<string>>()
      for (const { table, name } of columns)
        tables.set(String(table), (tables.get(String(table)) ?? new Set()).add(String(name)))
      const place = await rowsOf(`SELECT name FROM system.databases WHERE name = ${text(database)}`)
      if (place.length > 0) tables.set(PLACE, new Set())
      return tables
    },

    async change(step) {
      await ask(step)
    },

    async claim(owner) {
      const ours = () => rowsOf(`SELECT tbl FROM ${at(CLICKHOUSE_BATCHES)} FINAL WHERE batch = '${OWNER}'`)
      if ((await ours()).length === 0) await note(OWNER, owner, '', 0)
      if ((await ours())[0]?.['tbl'] !== owner)
        throw new WarehouseRefusal(`the database ${database} belongs to another workspace`)
    },

    async load({ id, table, slice, rows, replacement }) {
      if (replacement !== undefined) {
        await insert(table, await makeStage(table, replacement), rows, id)
        return { rows: rows.length }
      }
      if (!(await isKnown(id))) {
        await insert(table, table.name, rows, id)
        await note(id, table.name, slice, rows.length)
      }
      return { rows: rows.length }
    },

    async replace({ id, table, slice }) {
      const known = await rowsOf(`SELECT rows FROM ${at(CLICKHOUSE_BATCHES)} WHERE batch = ${text(id)} LIMIT 1`)
      if (known[0]) return { rows: Number(known[0]['rows']) }
      const stage = await makeStage(table, id)
      const rows = await swap(table, slice, stage)
      await note(id, table.name, slice, rows)
      // After the note: who comes once more finds it, and not an empty stage.
      await ask(`DROP TABLE IF EXISTS ${at(stage)}`)
      return { rows }
    },

    async remap(rows, id) {
      if (await isKnown(id)) return { rows: rows.length }
      const stage = await makeStage(MERGES, id)
      await insert(MERGES, stage, rows, id)
      await swap(MERGES, '', stage)
      await note(id, MERGES.name, '', rows.length)
      await ask(`DROP TABLE IF EXISTS ${at(stage)}`)
      return { rows: rows.length }
    },

    async erase(tables, ids) {
      const list = ids.map(text).join(', ')
      let isWaiting = false
      for (const { name, people } of tables) {
        const theirs = people.map((column) => `${column} IN (${list})`).join(' OR ')
        const [left] = await rowsOf(`SELECT count() AS rows FROM ${at(name)} WHERE ${theirs}`)
        if (Number(left?.['rows'] ?? 0) === 0) continue
        isWaiting = true
        const under = await rowsOf(
          `SELECT mutation_id FROM system.mutations WHERE database = ${text(database)} AND table = ${text(name)} AND is_done = 0 LIMIT 1`,
        )
        // Parts are written anew without them, at ClickHouse's own pace; one mutation at a time.
        if (under.length === 0) await ask(`ALTER TABLE ${at(name)} DELETE WHERE ${theirs} SETTINGS mutations_sync = 0`)
      }
      return isWaiting ? 'pending' : { rows: 0 }
    },

    async counts(table) {
      const slice = table.kind === 'grows' ? 'toString(toDate(received_at))' : hasSlices(table) ? SLICE_COLUMN : `''`
      const final = table.kind === 'grows' ? 'FINAL' : ''
      const rows = await rowsOf(
        `SELECT ${slice} AS slice, count() AS rows FROM ${at(table.name)} ${final} GROUP BY slice`,
      )
      return Object.fromEntries(rows.map((row) => [String(row['slice']), Number(row['rows'])]))
    },

    close: async () => {},
  }
}

/** Credentials, rights and names that trying again does not change: codes of ClickHouse's ErrorCodes.cpp. */
const NEVER = new Set(['81', '164', '192', '193', '194', '497', '516'])

function read({ status, body, headers }: Reply): string {
  if (status === 200) return body
  const code = headers['x-clickhouse-exception-code'] ?? /^Code: (\d+)/.exec(body)?.[1]
  const said = `ClickHouse answered ${status}: ${body.slice(0, 500)}`
  if (status === 401 || status === 403 || (code !== undefined && NEVER.has(code))) throw new WarehouseRefusal(said)
  throw new Error(said)
}

/** A literal: ClickHouse knows backslashes. */
function text(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
