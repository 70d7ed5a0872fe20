import type { JsonValue } from '../kernel/json.ts'

/**
 * The columns of the lake's tables (docs/lake.md). Columns are added, never changed or taken away: a reader unions files
 * of all ages by name, and misses at most a column that did not exist yet. `schema` counts the versions of a table.
 */
export type ColumnType = 'text' | 'json' | 'instant' | 'boolean' | 'integer' | 'number'

export interface Column {
  readonly name: string
  readonly type: ColumnType
  /** Never null. */
  readonly required?: true
}

export interface Table {
  /** Version of the columns; raised when one is added. */
  readonly schema: number
  readonly columns: readonly Column[]
}

/** Instants are epoch milliseconds, objects are values. A column that is not there is null. */
export type Row = { readonly [column: string]: JsonValue | undefined }

const text = (name: string): Column => ({ name, type: 'text' })
const json = (name: string): Column => ({ name, type: 'json' })
const instant = (name: string): Column => ({ name, type: 'instant' })
const boolean = (name: string): Column => ({ name, type: 'boolean' })
const integer = (name: string): Column => ({ name, type: 'integer' })
const required = (column: Column): Column => ({ ...column, required: true })

const EVENT: readonly Column[] = [
  required(text('message_id')),
  required(text('source')),
  required(text('type')),
  text('name'),
  required(instant('timestamp')),
  required(instant('received_at')),
  required(text('canonical_id')),
  required(text('leaf')),
  text('user_id'),
  text('anonymous_id'),
  text('previous_id'),
  text('group_id'),
  text('category'),
  json('properties'),
  json('traits'),
  json('context'),
  json('integrations'),
  json('extra'),
  json('consents'),
  required(boolean('late')),
  required(boolean('clock')),
  text('original_timestamp'),
  text('sent_at'),
  required(text('copy_id')),
]

export const SILVER = {
  events: { schema: 1, columns: EVENT },
  own_events: { schema: 1, columns: EVENT },
  changes: {
    schema: 1,
    columns: [
      required(text('key')),
      required(text('change')),
      required(text('canonical_id')),
      text('other'),
      text('merge_id'),
      required(instant('received_at')),
    ],
  },
  quarantine: {
    schema: 1,
    columns: [
      required(text('copy_id')),
      text('message_id'),
      text('source'),
      text('canonical_id'),
      text('leaf'),
      required(instant('received_at')),
      required(text('reason')),
      json('line'),
    ],
  },
  index: {
    schema: 1,
    columns: [
      required(text('key')),
      required(text('object')),
      required(integer('line')),
      required(text('outcome')),
      required(instant('received_at')),
    ],
  },
} as const satisfies { readonly [table: string]: Table }

export type SilverTable = keyof typeof SILVER
export const SILVER_TABLES = Object.keys(SILVER) as SilverTable[]

/** Gold: about people, as they are now, and what their events amount to. */
export const GOLD = {
  profiles: {
    schema: 1,
    columns: [
      required(text('canonical_id')),
      required(json('identifiers')),
      required(json('traits')),
      required(json('computed_traits')),
      required(instant('first_seen')),
      required(instant('last_seen')),
      required(integer('event_count')),
      required(json('event_counts')),
      required(integer('version')),
    ],
  },
  identifiers: {
    schema: 1,
    columns: [required(text('canonical_id')), required(text('type')), required(text('value')), integer('position')],
  },
  memberships: {
    schema: 1,
    columns: [required(text('segment')), required(text('canonical_id')), required(instant('since'))],
  },
  segment_members: {
    schema: 1,
    columns: [
      required(text('segment')),
      required(text('canonical_id')),
      required(instant('entered_at')),
      instant('exited_at'),
    ],
  },
  computed_traits: {
    schema: 1,
    columns: [required(text('canonical_id')), required(text('trait')), json('value')],
  },
  consents: {
    schema: 1,
    columns: [
      required(text('canonical_id')),
      required(text('name')),
      required(text('status')),
      required(instant('at')),
      instant('until'),
    ],
  },
  merges: {
    schema: 1,
    columns: [required(text('leaf')), required(text('canonical_id')), required(instant('at'))],
  },
  sessions: {
    schema: 1,
    columns: [
      required(text('canonical_id')),
      required(instant('started_at')),
      required(instant('ended_at')),
      required(integer('events')),
      text('first_event'),
      text('last_event'),
      /** It goes on in a session of the next day of arrival, which holds all of it. */
      required(boolean('continued')),
    ],
  },
  daily_activity: {
    schema: 1,
    columns: [
      required(text('day')),
      required(text('canonical_id')),
      required(integer('events')),
      required(json('by_name')),
    ],
  },
} as const satisfies { readonly [table: string]: Table }

export type GoldTable = keyof typeof GOLD
export const GOLD_TABLES = Object.keys(GOLD) as GoldTable[]
