import type { Column } from '../shared/lake/columns.ts'
import { doubleQuoted } from '../shared/warehouse/sql.ts'
import { POSTGRES_TYPES } from '../shared/warehouse/type/postgres.ts'
import { EVENTS, MERGES, type WantedTable } from '../shared/warehouse/wanted-tables.ts'

/** Rows that came as JSON, in PostgreSQL's words. */
/** Whose an event is now is looked up in the same statement: `merges` and the events agree in every transaction. */
export function addEvents(at: (table: string) => string): string {
  const values = EVENTS.columns.map(({ name }) =>
    name === 'canonical_id' ? 'coalesce(m.canonical_id, x.leaf)' : valueIn(EVENTS.columns, name, 'x'),
  )
  return `INSERT INTO ${at(EVENTS.name)} (${columnsOf(EVENTS)}) SELECT ${values.join(', ')}
    FROM jsonb_to_recordset($1::jsonb) AS x(${EVENTS.columns.map(typed).join(', ')})
    LEFT JOIN ${at(MERGES.name)} m ON m.leaf = x.leaf ON CONFLICT DO NOTHING`
}

export function columnsOf({ columns }: WantedTable): string {
  return columns.map(({ name }) => doubleQuoted(name)).join(', ')
}

/** The rows of a JSON array, with the types of the table. */
export function recordset(json: string, columns: readonly Column[]): string {
  const values = columns.map(({ name }) => `${valueIn(columns, name, 'r')} AS ${doubleQuoted(name)}`)
  return `LATERAL (SELECT ${values.join(', ')} FROM jsonb_to_recordset(${json}) AS r(${columns.map(typed).join(', ')})) x`
}

function typed({ name, type }: Column): string {
  return `${doubleQuoted(name)} ${type === 'instant' ? 'double precision' : POSTGRES_TYPES[type]}`
}

/** Instants come as milliseconds. */
function valueIn(columns: readonly Column[], name: string, from: string): string {
  const column = `${from}.${doubleQuoted(name)}`
  return columns.find((one) => one.name === name)?.type === 'instant' ? `to_timestamp(${column} / 1000)` : column
}
