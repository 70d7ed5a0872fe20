import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { parse } from 'csv-parse/sync'
import { asDict } from '../shared/kernel/json.ts'
import { learnFrom, linkAll } from '../shared/matching/link.ts'
import { Placer } from '../shared/matching/place.ts'
import { type Prepared, prepare, type Schema, schemaOf } from '../shared/matching/record.ts'

/**
 * `npm run -s cases:identity -- RECORDS.csv [--learn OTHER.csv] [--online] > predictions.csv`: which records are one
 * person, by the pure core, without labels. Standard output is CSV; progress goes to standard error.
 */
const USAGE = `usage: npm run -s cases:identity -- RECORDS.csv [--learn OTHER.csv] [--online] > predictions.csv

  RECORDS.csv     a header line, then one record a line; the first column, or record_id, names the record
  --learn OTHER   learn the weights from another file of the same columns (default: from RECORDS itself)
  --online        take one record at a time, each against the persons so far
  --help          this text`

interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly Record<string, string>[]
}

function read(file: string): Table {
  const options = { columns: true, bom: true, skip_empty_lines: true, relax_column_count: true } as const
  const rows: readonly Record<string, string>[] = parse(readFileSync(file, 'utf8'), options)
  return { rows, columns: Object.keys(rows[0] ?? {}) }
}

function prepared(schema: Schema, { columns, rows }: Table): readonly Prepared[] {
  const id = columns.includes('record_id') ? 'record_id' : (columns[0] ?? '')
  return rows.map((row, i) => prepare(schema, row[id] || `row-${i + 1}`, asDict<string | undefined>({ ...row })))
}

/** One record at a time; the time of each is measured, so that the median can be told. */
function online(placer: Placer, schema: Schema, { columns, rows }: Table): ReadonlyMap<string, string> {
  const id = columns.includes('record_id') ? 'record_id' : (columns[0] ?? '')
  const names: string[] = []
  const persons = new Map<string, string>()
  const times: number[] = []
  rows.forEach((row, i) => {
    const name = row[id] || `row-${i + 1}`
    const raw = asDict<string | undefined>({ ...row })
    const began = performance.now()
    placer.place(prepare(schema, name, raw))
    times.push(performance.now() - began)
    names.push(name)
  })
  names.forEach((name, i) => {
    persons.set(name, names[placer.personOf(i)] as string)
  })
  times.sort((a, b) => a - b)
  const at = (share: number) => (times[Math.floor(times.length * share)] ?? 0).toFixed(4)
  const lookups = (placer.lookups / Math.max(1, rows.length)).toFixed(1)
  console.error(`online: median ${at(0.5)} ms, 99 % within ${at(0.99)} ms, ${lookups} index lookups a record`)
  return persons
}

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { learn: { type: 'string' }, online: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const file = positionals[0]
  if (file === undefined || positionals.length > 1) {
    console.error(USAGE)
    return 2
  }
  const began = performance.now()
  const seconds = () => `${((performance.now() - began) / 1000).toFixed(1)} s`
  const table = read(file)
  const teacher = values.learn === undefined ? table : read(values.learn)
  const schema = schemaOf(
    table.columns.filter((column, i) => (table.columns.includes('record_id') ? column !== 'record_id' : i > 0)),
  )
  console.error(
    `${table.rows.length} records: ${schema.fields.map(({ name, kind }) => `${name} (${kind})`).join(', ')}`,
  )
  const model = learnFrom(schema, prepared(schema, teacher))
  console.error(`${seconds()}: learned; a record has ${model.others.toFixed(2)} others of its person`)
  const persons = values.online ? online(new Placer(model), schema, table) : linkAll(model, prepared(schema, table))
  console.error(`${seconds()}: ${new Set(persons.values()).size} persons`)
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  process.stdout.write(
    ['record_id,cluster_id', ...[...persons].map((pair) => pair.map(cell).join(','))].join('\n') + '\n',
  )
  return 0
}

try {
  process.exitCode = main()
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : String(cause))
  process.exitCode = 2
}
