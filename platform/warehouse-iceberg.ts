import type { Column, Row } from '../shared/lake/columns.ts'
import type { ICEBERG_STREAMS, IcebergSettings } from '../shared/warehouse/type/iceberg.ts'
import { EVENTS, MERGES, type WantedTable } from '../shared/warehouse/wanted-tables.ts'
import { type WarehousePort, WarehouseRefusal } from '../shared/warehouse/warehouse.ts'
import { contentHash } from './hashing.ts'
import type { OutboundRules } from './outbound-address.ts'
import { askWarehouse } from './warehouse-http.ts'
import { jsonPieces } from './warehouse-rows.ts'

/**
 * Iceberg tables of R2 Data Catalog through Cloudflare Pipelines (https://developers.cloudflare.com/pipelines/streams/writing-to-streams/,
 * limits: https://developers.cloudflare.com/pipelines/platform/limits/). A stream takes arrays of JSON and appends; what is sent
 * again is there twice, under the same `_dedup`. A slice that is replaced is sent as a whole under a new `_replacement`, and
 * counts from the moment its line `_slice_is_whole` is there.
 */
/** The limit was 1 MB in the beta and is 5 MB by now; the smaller one holds everywhere. */
const PIECE_CHARS = 300_000
const MOST_ROWS = 1_000

type Stream = (typeof ICEBERG_STREAMS)[number]

const OWN: readonly Column[] = [
  { name: '_dedup', type: 'text' },
  { name: '_slice', type: 'text' },
  { name: '_replacement', type: 'text' },
  { name: '_synced_at', type: 'instant' },
]

export async function openIceberg({ streams, token }: IcebergSettings, rules: OutboundRules): Promise<WarehousePort> {
  async function send(stream: string, columns: readonly Column[], rows: readonly Row[]): Promise<void> {
    const url = streams[stream as Stream]
    if (url === undefined) return
    const options = { instants: 'iso', nested: false, mostRows: MOST_ROWS } as const
    for (const piece of jsonPieces([...columns, ...OWN], rows, PIECE_CHARS, options)) {
      const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` }
      const reply = await askWarehouse(
        'Pipelines',
        { method: 'POST', url, headers, body: `[${piece.join(',')}]` },
        rules,
        [400, 413],
      )
      if (reply.status === 400 || reply.status === 413)
        throw new WarehouseRefusal(`Pipelines refused rows for ${stream}: ${reply.body.slice(0, 300)}`)
    }
  }

  const marked = (
    rows: readonly Row[],
    keyOf: (row: Row) => string,
    slice: string,
    replacement: string | null,
  ): Row[] =>
    rows.map((row) => ({
      ...row,
      _dedup: contentHash(keyOf(row)),
      _slice: slice,
      _replacement: replacement,
      _synced_at: Date.now(),
    }))

  return {
    present: async () => new Map(),
    change: async () => {},
    // A stream is nobody's by itself, and cannot be asked.
    claim: async () => {},

    async load({ id, table, slice, rows, replacement = null }) {
      await send(
        table.name,
        table.columns,
        marked(rows, (row) => dedupKey(table, id, row), slice, replacement),
      )
      return { rows: streams[table.name as Stream] === undefined ? 0 : rows.length }
    },

    async replace({ id, table, slice, files }) {
      const whole = { _dedup: contentHash(`whole:${id}`), _slice: slice, _replacement: id, _synced_at: Date.now() }
      await send(table.name, [...table.columns, WHOLE], [{ ...whole, [WHOLE.name]: true }])
      return { rows: files.reduce((sum, file) => sum + file.rows, 0) }
    },

    async remap(rows, id) {
      await send(
        MERGES.name,
        MERGES.columns,
        marked(rows, (row) => `${id}/${row['leaf']}`, '', id),
      )
      const whole = { _dedup: contentHash(`whole:${id}`), _slice: '', _replacement: id, _synced_at: Date.now() }
      await send(MERGES.name, [...MERGES.columns, WHOLE], [{ ...whole, [WHOLE.name]: true }])
      return { rows: rows.length }
    },

    async erase(_tables, ids, id) {
      const rows = ids.map((canonicalId) => ({ canonical_id: canonicalId }))
      await send(
        'erasures',
        [{ name: 'canonical_id', type: 'text' }],
        marked(rows, (row) => String(row['canonical_id']), '', id),
      )
      return { rows: 0 }
    },

    counts: async () => 'unknown',
    close: async () => {},
  }
}

const WHOLE: Column = { name: '_slice_is_whole', type: 'boolean' }

/** What the same row has whenever it is sent: events by their key, others by the file they came in. */
function dedupKey(table: WantedTable, id: string, row: Row): string {
  if (table.name === EVENTS.name) return EVENTS.key.map((name) => String(row[name])).join('\n')
  return `${id}\n${JSON.stringify(table.columns.map(({ name }) => row[name] ?? null))}`
}
