import { existsSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import {
  parseRecords,
  preparedRecords,
  type RecordFile,
  schemaOfRecords,
  underColumnsOf,
} from '../scripts/identity-records.ts'
import { type Scores, scoresOf } from '../scripts/identity-scores.ts'
import { forOthers } from '../shared/matching/em.ts'
import { learnFrom, linkAll } from '../shared/matching/link.ts'
import { explain, type Model, priorOf } from '../shared/matching/model.ts'
import { Placer } from '../shared/matching/place.ts'
import type { Prepared, Schema } from '../shared/matching/record.ts'
import { makePeople } from './made-people.ts'

/**
 * `npx node bench/matching.ts [SET...] [--errors]`: how well the matcher does on every labelled set there is, in the batch and one record at
 * a time, learned from the set itself and from another one of the same columns. `--errors` tells the pairs it got wrong.
 */
interface LabelledSet {
  readonly name: string
  readonly file: RecordFile
  readonly truth: ReadonlyMap<string, string>
  /** The set to learn from when it is not this one. */
  readonly teacher?: RecordFile
}

const DATA = new URL('../../shared/data/identity', import.meta.url).pathname
const FIXTURES = new URL('../test/fixtures/identity', import.meta.url).pathname

function truthOf(path: string): ReadonlyMap<string, string> {
  const rows = readFileSync(path, 'utf8').trim().split(/\r?\n/).slice(1)
  return new Map(rows.map((row) => row.split(',') as [string, string]))
}

function fromFolder(folder: string, name: string): LabelledSet {
  return {
    name,
    file: parseRecords(readFileSync(`${folder}/${name}.records.csv`)),
    truth: truthOf(`${folder}/${name}.truth.csv`),
  }
}

function made(seed: number, persons: number): LabelledSet {
  const { csv, truth } = makePeople(seed, persons)
  return { name: `made ${seed}`, file: parseRecords(new TextEncoder().encode(csv)), truth }
}

/** The records of the persons that `keep` keeps: a set of the same kind with other people in it. */
function part(set: LabelledSet, name: string, keep: (person: string, nth: number) => boolean): LabelledSet {
  const seen = new Map<string, number>()
  const chosen = set.file.ids.flatMap((id, i) => {
    const person = set.truth.get(id) as string
    const nth = seen.get(person) ?? 0
    seen.set(person, nth + 1)
    return keep(person, nth) ? [i] : []
  })
  const ids = chosen.map((i) => set.file.ids[i] as string)
  return {
    name,
    file: { ...set.file, ids, rows: chosen.map((i) => set.file.rows[i] as readonly string[]) },
    truth: new Map(ids.map((id) => [id, set.truth.get(id) as string])),
  }
}

function without(set: LabelledSet, column: string): LabelledSet {
  const at = set.file.columns.indexOf(column)
  const cut = (cells: readonly string[]) => cells.filter((_, i) => i !== at)
  const file = { ...set.file, columns: cut(set.file.columns), rows: set.file.rows.map(cut) }
  return { ...set, name: `${set.name} without ${column}`, file }
}

/** Half of the persons, by a hash of the name. */
function half(person: string): boolean {
  let hash = 7
  for (const letter of person) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0
  return ((hash >>> 5) & 1) === 0
}

function allSets(): readonly LabelledSet[] {
  const sets: LabelledSet[] = []
  if (existsSync(DATA)) {
    const [febrl1, febrl3, fake, historical] = ['febrl1', 'febrl3', 'fake_1000', 'historical_8k'].map((name) =>
      fromFolder(DATA, name),
    ) as [LabelledSet, LabelledSet, LabelledSet, LabelledSet]
    sets.push(febrl1, febrl3, fake, historical)
    sets.push({ ...febrl1, name: 'febrl1 by febrl3', teacher: febrl3.file })
    sets.push({ ...febrl3, name: 'febrl3 by febrl1', teacher: febrl1.file })
    sets.push(without(febrl3, 'soc_sec_id'))
    sets.push(part(febrl3, 'febrl3 sparse', (person, nth) => nth < (half(person) ? 1 : 2)))
    for (const set of [fake, historical]) {
      const left = part(set, `${set.name} left`, half)
      const right = part(set, `${set.name} right`, (person) => !half(person))
      sets.push(left, right)
      sets.push({ ...left, name: `${set.name} left by right`, teacher: right.file })
      sets.push({ ...right, name: `${set.name} right by left`, teacher: left.file })
    }
    sets.push(part(historical, 'historical sparse', (_, nth) => nth < 2))
    sets.push(part(fake, 'fake sparse', (_, nth) => nth < 2))
  }
  for (const name of ['households', 'offices', 'kin']) sets.push(fromFolder(FIXTURES, name))
  const [one, two] = [made(1, 600), made(2, 600)]
  sets.push(one, two, { ...two, name: 'made 2 by made 1', teacher: one.file }, made(3, 60))
  const households = sets.find(({ name }) => name === 'households') as LabelledSet
  const [offices, kin] = ['offices', 'kin'].map((name) => sets.find((set) => set.name === name)) as [
    LabelledSet,
    LabelledSet,
  ]
  for (const [pupil, teacher] of [
    [households, kin],
    [households, offices],
    [kin, households],
    [offices, kin],
  ] as const) {
    sets.push({ ...pupil, name: `${pupil.name} by ${teacher.name}`, teacher: underColumnsOf(teacher.file, pupil.file) })
  }
  sets.push({ ...households, name: 'households by made', teacher: underColumnsOf(one.file, households.file) })
  return sets
}

interface Outcome {
  readonly persons: ReadonlyMap<string, string>
  readonly seconds: number
  readonly note: string
}

function batch(model: Model, records: readonly Prepared[], ids: readonly string[], began: number): Outcome {
  const persons = linkAll(model, records)
  const named = records.map(({ id }, i) => [ids[i] as string, persons.get(id) as string] as const)
  return { persons: new Map(named), seconds: (performance.now() - began) / 1000, note: '' }
}

function online(model: Model, records: readonly Prepared[], ids: readonly string[], began: number): Outcome {
  const placer = new Placer(model)
  const times = records.map((record) => {
    const start = performance.now()
    placer.place(record)
    return performance.now() - start
  })
  const persons = new Map(records.map((_, i) => [ids[i] as string, String(placer.personOf(i))]))
  times.sort((a, b) => a - b)
  const note = `median ${times[times.length >> 1]?.toFixed(4)} ms, ${(placer.lookups / records.length).toFixed(1)} lookups`
  return { persons, seconds: (performance.now() - began) / 1000, note }
}

function tell(name: string, mode: string, scores: Scores, seconds: number, note: string): void {
  const numbers = [scores.precision, scores.recall, scores.f1, scores.matchRate].map((n) => n.toFixed(4)).join('  ')
  console.log(`${name.padEnd(32)} ${mode.padEnd(7)} ${numbers}  ${seconds.toFixed(1).padStart(5)} s  ${note}`)
}

/** The pairs that were wrongly joined or missed, with the weights that decided. */
function tellErrors(
  schema: Schema,
  model: Model,
  records: readonly Prepared[],
  set: LabelledSet,
  found: Outcome,
  most: number,
): void {
  const prior = priorOf(model, records.length)
  const { ids } = set.file
  const counts = { joined: 0, missed: 0 }
  for (let i = 0; i < ids.length; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [ids[j] as string, ids[i] as string]
      const said = found.persons.get(a) === found.persons.get(b)
      if (said === (set.truth.get(a) === set.truth.get(b))) continue
      const kind = said ? 'joined' : 'missed'
      if (++counts[kind] > most) continue
      const [x, y] = [records[j] as Prepared, records[i] as Prepared]
      const { probability, weights } = explain(model, x, y, prior)
      const why = weights
        .filter(({ level }) => level !== 'missing')
        .map(({ field, level, weight }) => `${field} ${level} ${weight.toFixed(1)}`)
      console.log(`  ${kind} ${probability.toFixed(3)} ${a} ${b}: ${why.join('; ')}`)
      console.log(`      ${x.texts.join(' | ')}\n      ${y.texts.join(' | ')}`)
    }
  }
  console.log(
    `  ${JSON.stringify(counts)} household ${model.household.toFixed(2)} others ${model.others.toFixed(2)} prior ${prior.toFixed(2)} of ${schema.fields.length} fields`,
  )
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { errors: { type: 'string' }, online: { type: 'boolean' }, size: { type: 'string' } },
  })
  const sets = values.size === undefined ? allSets() : [made(9, Number(values.size))]
  console.log(`${'set'.padEnd(32)} ${'mode'.padEnd(7)} precis  recall  f1      match`)
  for (const set of sets) {
    if (
      positionals.length > 0 &&
      !positionals.some((name) => set.name === name || (name.endsWith('*') && set.name.startsWith(name.slice(0, -1))))
    )
      continue
    const schema = schemaOfRecords(set.file)
    const began = performance.now()
    const records = preparedRecords(schema, set.file)
    const model = learnFrom(schema, set.teacher === undefined ? records : preparedRecords(schema, set.teacher))
    for (const [mode, run] of [
      ['batch', batch],
      ['online', online],
    ] as const) {
      const outcome = run(
        mode === 'online' && set.teacher ? forOthers(model) : model,
        records,
        set.file.ids,
        mode === 'batch' ? began : performance.now(),
      )
      tell(set.name, mode, scoresOf(outcome.persons, set.truth), outcome.seconds, outcome.note)
      if (values.errors !== undefined && mode === (values.online ? 'online' : 'batch')) {
        tellErrors(schema, model, records, set, outcome, Number(values.errors))
      }
    }
  }
}

main()
