import { parseArgs } from 'node:util'
import { forOthers } from '../shared/matching/em.ts'
import { learnFrom, linkAll } from '../shared/matching/link.ts'
import { Placer } from '../shared/matching/place.ts'
import { prepare, type Schema } from '../shared/matching/record.ts'
import {
  preparedRecords,
  type RecordFile,
  readRecords,
  rowOf,
  schemaOfRecords,
  underColumnsOf,
} from './identity-records.ts'

/**
 * `npm run -s cases:identity -- RECORDS.csv [--learn OTHER.csv] [--online] > predictions.csv`: which records are one
 * person, by the pure core, without labels. Standard output is CSV; progress goes to standard error.
 */
const USAGE = `usage: npm run -s cases:identity -- RECORDS.csv [--learn OTHER.csv] [--online] > predictions.csv

  RECORDS.csv     a header line, then one record a line; record_id, or else a first column that names records, is told back
  --learn OTHER   learn the weights from another file of like columns (default: from RECORDS itself)
  --online        take one record at a time, each against the persons so far
  --help          this text`

/** One record at a time. What is told is elapsed time on one thread, so the processor's time is no more. */
function online(placer: Placer, schema: Schema, file: RecordFile): (line: number) => number {
  const times = file.rows.map((_, i) => {
    const raw = rowOf(file, i)
    const began = performance.now()
    placer.place(prepare(schema, String(i), raw))
    return performance.now() - began
  })
  times.sort((a, b) => a - b)
  const at = (share: number) => (times[Math.floor(times.length * share)] ?? 0).toFixed(4)
  const lookups = (placer.lookups / Math.max(1, times.length)).toFixed(1)
  console.error(
    `online: median ${at(0.5)} ms CPU a record, 99 % within ${at(0.99)} ms; ` +
      `${lookups} index lookups a record, ${placer.mostLookups} at most`,
  )
  return (line) => placer.personOf(line)
}

/** The person of every line, as the number of one of its lines. */
function batch(model: Parameters<typeof linkAll>[0], schema: Schema, file: RecordFile): (line: number) => number {
  const persons = linkAll(model, preparedRecords(schema, file))
  return (line) => Number(persons.get(String(line)))
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
  const path = positionals[0]
  if (path === undefined || positionals.length > 1) {
    console.error(USAGE)
    return 2
  }
  const began = performance.now()
  const seconds = () => `${((performance.now() - began) / 1000).toFixed(1)} s`
  const file = readRecords(path)
  const schema = schemaOfRecords(file)
  const kinds = schema.fields.map(({ name, kind }) => `${name} (${kind})`).join(', ')
  console.error(`${file.rows.length} records: ${kinds}`)
  if (file.repeated > 0) console.error(`${file.repeated} lines repeat an id; each id is told once, with its first line`)
  const teacher = values.learn === undefined ? file : underColumnsOf(readRecords(values.learn), file)
  const model = learnFrom(schema, preparedRecords(schema, teacher))
  console.error(`${seconds()}: learned; a record has ${model.others.toFixed(2)} others of its person`)
  const personOf = values.online
    ? online(new Placer(values.learn === undefined ? model : forOthers(model)), schema, file)
    : batch(model, schema, file)
  const persons = new Map<string, string>()
  file.ids.forEach((id, line) => {
    if (!persons.has(id)) persons.set(id, file.ids[personOf(line)] as string)
  })
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
