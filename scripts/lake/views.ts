import { MOST_NAMES, OTHER_NAMES } from '../../shared/lake/activity.ts'
import { SESSION_PAUSE_MS } from '../../shared/lake/sessions.ts'
import type { LakeTables, TableFiles } from './tables.ts'

/**
 * What SQL sees, by name: views over files of Parquet. Only those that a statement names are made ready; the files of the
 * others need not be fetched.
 */
export interface View {
  readonly name: string
  readonly columns: string
  /** Its tables, and how it is made of them: `$n` is the n-th. */
  readonly tables: (tables: LakeTables) => readonly Promise<TableFiles>[]
  readonly sql: (...tables: readonly string[]) => string
}

const EVENT_COLUMNS = `e.message_id, e.source, e.type, e.name, e.timestamp, e.received_at,
  coalesce(m.canonical_id, e.leaf) AS canonical_id, e.user_id, e.anonymous_id, e.properties, e.traits, e.context, e.late,
  e.leaf, e.previous_id, e.group_id, e.category, e.integrations, e.extra, e.consents, e.clock, e.original_timestamp,
  e.sent_at, e.copy_id`

/** `countedName` of shared/event/event.ts. */
const COUNTED = `CASE type WHEN 'track' THEN name WHEN 'page' THEN '$page' WHEN 'screen' THEN '$screen' END`

function eventsOf(events: string, merges: string): string {
  return `SELECT ${EVENT_COLUMNS} FROM ${events} e LEFT JOIN ${merges} m ON m.leaf = e.leaf`
}

const counted = (events: string, merges: string) =>
  `SELECT canonical_id, timestamp, ${COUNTED} AS counted FROM (${eventsOf(events, merges)}) WHERE counted IS NOT NULL`

const straight = (table: string) => `SELECT * FROM ${table}`

export const VIEWS: readonly View[] = [
  {
    name: 'events',
    columns:
      'message_id, source, type, name, timestamp, received_at, canonical_id, user_id, anonymous_id, properties, …',
    tables: (lake) => [lake.silver('events'), lake.merges()],
    sql: eventsOf,
  },
  {
    name: 'own_events',
    columns: 'the columns of events: ENTER and EXIT of segments',
    tables: (lake) => [lake.silver('own_events'), lake.merges()],
    sql: eventsOf,
  },
  {
    name: 'profiles',
    columns:
      'canonical_id, identifiers, traits, computed_traits, first_seen, last_seen, event_count, event_counts, version',
    tables: (lake) => [lake.ofPeople('profiles'), lake.silver('events'), lake.merges()],
    // What only counts reaches the documents of people minutes later; the events themselves are here already.
    sql: (profiles, events, merges) => `SELECT p.canonical_id, p.identifiers, p.traits, p.computed_traits,
      least(p.first_seen, e.first_seen) AS first_seen, greatest(p.last_seen, e.last_seen) AS last_seen,
      greatest(p.event_count, coalesce(e.event_count, 0)) AS event_count, p.event_counts, p.version
      FROM ${profiles} p LEFT JOIN (
        SELECT canonical_id, min(timestamp) AS first_seen, max(timestamp) AS last_seen, count(${COUNTED}) AS event_count
        FROM (${eventsOf(events, merges)}) GROUP BY ALL
      ) e USING (canonical_id)`,
  },
  {
    name: 'identifiers',
    columns: 'canonical_id, type, value, position',
    tables: (lake) => [lake.ofPeople('identifiers')],
    sql: straight,
  },
  {
    name: 'segment_members',
    columns: 'segment, canonical_id, entered_at, exited_at',
    tables: (lake) => [lake.segmentMembers()],
    sql: straight,
  },
  {
    name: 'computed_traits',
    columns: 'canonical_id, trait, value',
    tables: (lake) => [lake.ofPeople('computed_traits')],
    sql: straight,
  },
  {
    name: 'consents',
    columns: 'canonical_id, name, status, at, until',
    tables: (lake) => [lake.ofPeople('consents')],
    sql: straight,
  },
  {
    name: 'sessions',
    columns: 'canonical_id, started_at, ended_at, events, first_event, last_event',
    tables: (lake) => [lake.silver('events'), lake.merges()],
    // At one instant the names decide, so that the order of arrival does not (shared/lake/sessions.ts).
    sql: (events, merges) => `SELECT canonical_id, min(timestamp) AS started_at, max(timestamp) AS ended_at,
      count(*) AS events, first(counted ORDER BY timestamp, counted) AS first_event,
      last(counted ORDER BY timestamp, counted) AS last_event
      FROM (SELECT *, sum(is_new) OVER (PARTITION BY canonical_id ORDER BY timestamp, counted
          ROWS UNBOUNDED PRECEDING) AS session
        FROM (SELECT *, CASE WHEN timestamp - lag(timestamp) OVER (PARTITION BY canonical_id ORDER BY timestamp, counted)
          <= INTERVAL ${SESSION_PAUSE_MS} MILLISECONDS THEN 0 ELSE 1 END AS is_new FROM (${counted(events, merges)})))
      GROUP BY canonical_id, session`,
  },
  {
    name: 'daily_activity',
    columns: 'day, canonical_id, events, by_name',
    tables: (lake) => [lake.silver('events'), lake.merges()],
    sql: (events, merges) => `SELECT strftime(day, '%Y-%m-%d') AS day, canonical_id, sum(n)::BIGINT AS events,
      to_json(map_from_entries(list({'k': counted, 'v': n} ORDER BY counted))) AS by_name
      FROM (SELECT day, canonical_id, sum(n)::BIGINT AS n,
          CASE WHEN nth <= ${MOST_NAMES} THEN counted ELSE '${OTHER_NAMES}' END AS counted
        FROM (SELECT *, row_number() OVER (PARTITION BY day, canonical_id ORDER BY n DESC, counted) AS nth
          FROM (SELECT timestamp::DATE AS day, canonical_id, counted, count(*) AS n
            FROM (${counted(events, merges)}) GROUP BY ALL))
        GROUP BY ALL)
      GROUP BY ALL`,
  },
  {
    name: 'merges',
    columns: 'leaf, canonical_id, at',
    tables: (lake) => [lake.merges()],
    sql: straight,
  },
  {
    name: 'changes',
    columns: 'key, change, canonical_id, other, merge_id, received_at',
    tables: (lake) => [lake.silver('changes')],
    sql: straight,
  },
  {
    name: 'quarantine',
    columns: 'copy_id, message_id, source, canonical_id, leaf, received_at, reason, line',
    tables: (lake) => [lake.silver('quarantine')],
    sql: straight,
  },
]

/** What every statement may name beside the views. */
export const LAKE_INFO = 'lake_info'

/** The views that a statement names: rather one too many than one too few. */
export function viewsIn(sql: string, views: readonly View[] = VIEWS): readonly View[] {
  const words = new Set(sql.toLowerCase().match(/[a-z_]+/g) ?? [])
  return words.has(LAKE_INFO) ? views : views.filter(({ name }) => words.has(name))
}
