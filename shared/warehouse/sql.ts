import type { Column, ColumnType } from '../lake/columns.ts'
import type { WantedTable } from './wanted-tables.ts'
import type { Present } from './warehouse.ts'

/** What the dialects of SQL have in common. Our own names are plain; a schema's is the customer's, and checked. */
export const SQL_NAME = /^[a-z_][a-z0-9_]{0,62}$/

export function doubleQuoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function sqlText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}

export interface Dialect {
  readonly types: Readonly<Record<ColumnType, string>>
  quoted(name: string): string
  /** The whole name of a table. */
  at(table: string): string
  create(table: WantedTable, columns: readonly string[]): string
  add(table: WantedTable, column: Column): string
}

/** Tables that are missing, and columns that are: new ones may be null, since old rows have nothing to say. */
export function planTables(dialect: Dialect, present: Present, wanted: readonly WantedTable[]): readonly string[] {
  return wanted.flatMap((table) => {
    const there = present.get(table.name)
    if (there) return table.columns.filter(({ name }) => !there.has(name)).map((column) => dialect.add(table, column))
    return [
      dialect.create(
        table,
        table.columns.map((column) => columnOf(dialect, column)),
      ),
    ]
  })
}

function columnOf({ types, quoted }: Dialect, { name, type, required }: Column): string {
  return `${quoted(name)} ${types[type]}${required ? ' NOT NULL' : ''}`
}

/** One statement per table: without the rows of these people, in any column that names somebody. */
export function erasureOf(
  { at }: Pick<Dialect, 'at'>,
  tables: readonly WantedTable[],
  ids: readonly string[],
): readonly string[] {
  const list = ids.map(sqlText).join(', ')
  return tables.map(
    ({ name, people }) => `DELETE FROM ${at(name)} WHERE ${people.map((one) => `${one} IN (${list})`).join(' OR ')}`,
  )
}
