import { type Column, GOLD, SILVER } from '../lake/columns.ts'

/**
 * The tables that a warehouse gets. `grows`: rows are added by key and never change, but for whose they are. `replaced`:
 * a slice of the table (all of it, or a day of arrival) is put in the place of the one that was there.
 */
export interface WantedTable {
  readonly name: string
  readonly columns: readonly Column[]
  /** Columns that name a row; empty: a row has no name, and only its slice can be replaced. */
  readonly key: readonly string[]
  readonly kind: 'grows' | 'replaced'
  /** Columns that say whose a row is, for those who are erased. */
  readonly people: readonly string[]
  /** Found by these often: those who read, and those who are erased. */
  readonly indexed: readonly string[]
}

/** The day of arrival (UTC, `2026-11-21`) of tables that are replaced by day; beside the lake's own columns. */
export const SLICE_COLUMN = 'arrived_on'
const arrivedOn: Column = { name: SLICE_COLUMN, type: 'text', required: true }

const people = (name: 'profiles' | 'identifiers' | 'computed_traits' | 'consents', key: readonly string[]) =>
  ({
    name,
    columns: GOLD[name].columns,
    key,
    kind: 'replaced',
    people: ['canonical_id'],
    indexed: [],
  }) as const satisfies WantedTable

const daily = (name: 'sessions' | 'daily_activity') =>
  ({
    name,
    columns: [...GOLD[name].columns, arrivedOn],
    key: [],
    kind: 'replaced',
    people: ['canonical_id'],
    indexed: ['canonical_id', SLICE_COLUMN],
  }) as const satisfies WantedTable

/** Silver has a row per applied copy; a message that was applied to two people arrived twice, maybe in one request. */
export const EVENTS = {
  name: 'events',
  columns: SILVER.events.columns,
  key: ['source', 'message_id', 'copy_id'],
  kind: 'grows',
  people: ['canonical_id', 'leaf'],
  indexed: ['canonical_id', 'leaf', 'received_at'],
} as const satisfies WantedTable

/** Whose a leaf is that is not its own profile any more: there wherever `events` is, which is read with it. */
export const MERGES = {
  name: 'merges',
  columns: GOLD.merges.columns,
  key: ['leaf'],
  kind: 'replaced',
  people: ['leaf', 'canonical_id'],
  indexed: [],
} as const satisfies WantedTable

/** What a sync may be asked for, in the order in which it is loaded. */
export const SYNC_TABLES = [
  'events',
  'profiles',
  'identifiers',
  'segment_members',
  'consents',
  'computed_traits',
  'sessions',
  'daily_activity',
] as const
export type SyncTable = (typeof SYNC_TABLES)[number]

export const WANTED: Readonly<Record<SyncTable, WantedTable>> = {
  events: EVENTS,
  profiles: people('profiles', ['canonical_id']),
  identifiers: people('identifiers', ['canonical_id', 'type', 'value']),
  segment_members: {
    name: 'segment_members',
    columns: GOLD.segment_members.columns,
    key: ['segment', 'canonical_id', 'entered_at'],
    kind: 'replaced',
    people: ['canonical_id'],
    indexed: ['canonical_id'],
  },
  consents: people('consents', ['canonical_id', 'name']),
  computed_traits: people('computed_traits', ['canonical_id', 'trait']),
  sessions: daily('sessions'),
  daily_activity: daily('daily_activity'),
}

/** Of tables that are replaced by day. */
export function hasSlices({ columns }: WantedTable): boolean {
  return columns.some(({ name }) => name === SLICE_COLUMN)
}

/** The tables of a sync: `merges` first, of those that have events. */
export function wantedTables(names: readonly SyncTable[]): readonly WantedTable[] {
  return [
    ...(names.includes('events') ? [MERGES] : []),
    ...SYNC_TABLES.filter((name) => names.includes(name)).map((name) => WANTED[name]),
  ]
}
