import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { asDict } from '../shared/kernel/json.ts'
import { type Prepared, prepare, type Schema, schemaOf } from '../shared/matching/record.ts'

/** A file of personal records: a header line, then one record a line; `record_id`, or the first column, names the record. */
export interface RecordFile {
  readonly columns: readonly string[]
  readonly ids: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** Lines whose id an earlier line has; they are compared too, and belong to the earlier line's person. */
  readonly repeated: number
}

/** UTF-8 or UTF-16 with its mark, else UTF-8, else what a spreadsheet of Western Europe writes. */
function decoded(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

/** The delimiter that the header line has most of. */
function delimiterOf(text: string): string {
  const header = text.slice(0, 10_000).split(/\r?\n|\r/, 1)[0] as string
  const count = (mark: string) => header.split(mark).length
  return [',', ';', '\t', '|'].reduce((best, mark) => (count(mark) > count(best) ? mark : best))
}

export function parseRecords(bytes: Uint8Array): RecordFile {
  const text = decoded(bytes)
  const table: readonly (readonly string[])[] = parse(text, {
    bom: true,
    delimiter: delimiterOf(text),
    skip_empty_lines: true,
    relax_column_count: true,
    relax_quotes: true,
  })
  const header = (table[0] ?? []).map((name) => name.trim())
  const rows = table.slice(1)
  const id = idColumn(header, rows)
  const ids = rows.map((row, i) => row[id]?.trim() || `row-${i + 1}`)
  // Two columns of one name are two fields; the later one gets a name of its own.
  const columns = header.map((name, i) => (header.indexOf(name) === i ? name : `${name} ${i + 1}`))
  return {
    columns: columns.filter((_, i) => i !== id),
    ids,
    repeated: ids.length - new Set(ids).size,
    rows: rows.map((row) => columns.flatMap((_, i) => (i === id ? [] : [row[i] ?? '']))),
  }
}

/** The column that names the records; -1, and the lines are numbered, when the first one says something of the person. */
function idColumn(header: readonly string[], rows: readonly (readonly string[])[]): number {
  const named = header.findIndex((name) => /^record[ _-]?id$/i.test(name))
  if (named >= 0) return named
  const [first] = schemaOf(header.slice(0, 1)).fields
  const isUnique = new Set(rows.map((row) => row[0])).size === rows.length
  return isUnique && (first === undefined || first.kind === 'text' || first.kind === 'id') ? 0 : -1
}

/** A file under the columns of another: those of the same name, else the next of the same kind. */
export function underColumnsOf(file: RecordFile, like: RecordFile): RecordFile {
  const left = file.columns.map((name, at) => ({ name, at }))
  const take = (fits: (name: string) => boolean) => {
    const found = left.findIndex(({ name }) => fits(name))
    return found < 0 ? -1 : (left.splice(found, 1)[0]?.at ?? -1)
  }
  const kind = (name: string) => {
    const { fields, full } = schemaOf([name])
    return full.length > 0 ? 'full' : (fields[0]?.kind ?? 'none')
  }
  const same = like.columns.map((column) => take((name) => name === column))
  const from = like.columns.map((column, i) => {
    const at = same[i] as number
    return at >= 0 || kind(column) === 'text' ? at : take((name) => kind(name) === kind(column))
  })
  return { ...file, columns: like.columns, rows: file.rows.map((row) => from.map((at) => row[at] ?? '')) }
}

export function readRecords(file: string): RecordFile {
  return parseRecords(readFileSync(file))
}

/** The kinds of the columns; a column without a single value is left out. */
export function schemaOfRecords({ columns, rows }: RecordFile): Schema {
  return schemaOf(columns.filter((_, i) => rows.some((row) => row[i]?.trim() !== '')))
}

/** One line as a dictionary of its columns. */
export function rowOf({ columns, rows }: RecordFile, i: number) {
  return asDict<string | undefined>(Object.fromEntries(columns.map((name, c) => [name, rows[i]?.[c]])))
}

/** Every line in normal form, named by its number: an id may be there twice. */
export function preparedRecords(schema: Schema, file: RecordFile): readonly Prepared[] {
  return file.rows.map((_, i) => prepare(schema, String(i), rowOf(file, i)))
}
