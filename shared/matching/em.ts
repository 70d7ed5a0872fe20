import { type Dict, dict } from '../kernel/json.ts'
import { eachCandidate } from './blocking.ts'
import { ANOTHER_NAME, compare, DIFFERENT_NAME } from './compare.ts'
import { CROWD_SIZES, type Crowd, crowdOf, crowdsOf, roughly } from './crowd.ts'
import { USUAL_U } from './default-model.ts'
import { evidenceOf, type Model, priorOf, type Repeats, repeatsOf } from './model.ts'
import type { Kind, Prepared, Schema } from './record.ts'

/**
 * Learning the weights without labels. `u` (how often two people agree) is counted on random pairs, where nearly all are
 * two people; `m` and how common matches are come from expectation maximisation over the candidate pairs (Dempster, Laird
 * and Rubin 1977; Winkler 2000), beginning from what typing and moving house usually do. That beginning also counts as
 * `BELIEF` pairs of evidence, so a small file can't teach nonsense.
 */
const BELIEF = 300
/** As many pairs of one household as of one person are believed before anything is seen. */
const HOUSEHOLDS = 20
/** So many records are believed to have so many others of their person each, before anything is seen. */
const FEW = 30
const SOME = 0.5
const ROUNDS = 25
const RANDOM_PAIRS = 200_000
/** As many random pairs are believed to be as they usually are: a column that a file leaves empty is no surprise. */
const RANDOM_BELIEF = 20
/** Of more candidate pairs than this, an even part of them teaches. */
const MOST_PAIRS = 150_000

/** By level from exact on: how records of one person usually agree. */
const USUAL_M: Readonly<Record<Kind, readonly number[]>> = {
  given: [0.75, 0.1, 0.08, 0.04, 0.02, 0.01],
  surname: [0.75, 0.1, 0.04, 0.06, 0.04, 0.01],
  middle: [0.6, 0.25, 0.15],
  date: [0.78, 0.13, 0.04, 0.02, 0.03],
  email: [0.7, 0.1, 0.05, 0.03, 0.12],
  phone: [0.75, 0.08, 0.02, 0.15],
  id: [0.88, 0.07, 0.02, 0.03],
  postcode: [0.65, 0.1, 0.08, 0.17],
  street: [0.65, 0.1, 0.08, 0.17],
  place: [0.65, 0.1, 0.08, 0.17],
  company: [0.65, 0.1, 0.08, 0.17],
  text: [0.65, 0.1, 0.08, 0.17],
}

interface Pattern {
  readonly levels: Uint8Array
  readonly repeats: Repeats
  readonly crowd: Crowd
  count: number
}

/** Learns a model from the records themselves. The order of the records does not matter when they come sorted. */
export function learn(schema: Schema, records: readonly Prepared[], keysOf: readonly (readonly string[])[]): Model {
  const width = schema.fields.length
  const patterns = new Map<number, Pattern>()
  const crowds = crowdsOf(schema, records)
  const levels = new Uint8Array(width)
  const every = everyNth(keysOf)
  eachCandidate(keysOf, (i, j) => {
    if (every > 1 && (Math.imul(i, 73856093) ^ Math.imul(j, 19349663)) % every !== 0) return
    const [a, b] = [records[i] as Prepared, records[j] as Prepared]
    compare(schema, a, b, levels)
    const repeats = repeatsOf(a, b)
    const crowd = crowdOf(schema, crowds, levels, a.texts)
    let code: number = repeats * CROWD_SIZES + roughly(crowd)
    for (let f = 0; f < width; f++) code = code * 7 + (levels[f] as number)
    const pattern = patterns.get(code)
    if (pattern === undefined) patterns.set(code, { levels: levels.slice(), repeats, crowd, count: every })
    else pattern.count += every
  })
  const random = randomCounts(schema, records)
  const usual = schema.fields.map(({ kind }) => [0, ...USUAL_M[kind]])
  let model: Model = {
    schema,
    m: usual,
    u: usual.map((m, f) => unlike(random[f] as readonly number[], m, 0)),
    records: records.length,
    others: SOME,
    household: 1,
    terms: termsOf(schema, records),
    counted: true,
    crowds,
  }
  for (let round = 0; round < ROUNDS; round++) model = improved(model, [...patterns.values()], random, usual)
  return model
}

/** Which part of the candidate pairs is learned from: all of a small file's. */
function everyNth(keysOf: readonly (readonly string[])[]): number {
  let pairs = 0
  eachCandidate(keysOf, () => {
    pairs += 1
  })
  return Math.ceil(pairs / MOST_PAIRS)
}

/** One round: how likely each pattern is one person under the model, then the model under those likelihoods. */
function improved(
  model: Model,
  patterns: readonly Pattern[],
  random: readonly (readonly number[])[],
  usual: readonly (readonly number[])[],
): Model {
  const prior = priorOf(model)
  const sums = usual.map((m) => m.map((share) => share * BELIEF))
  let matches = 0
  let [households, private_] = [0, 0]
  for (const { levels, repeats, crowd, count } of patterns) {
    const { person, house } = evidenceOf(model, levels, repeats, crowd, prior)
    const expected = count / (1 + Math.exp(-person) + Math.exp(house - person))
    if (crowd.two < 3) {
      households += count / (1 + Math.exp(-house) + Math.exp(person - house))
      private_ += expected
    }
    if (expected < 1e-9) continue
    matches += expected
    for (let f = 0; f < levels.length; f++) (sums[f] as number[])[levels[f] as number]! += expected
  }
  const others = (2 * matches + FEW * SOME) / (model.records + FEW)
  const m = sums.map((counts) => {
    const total = counts.reduce((sum, count, level) => (level === 0 ? sum : sum + count), 0)
    return counts.map((count, level) => (level === 0 ? 0 : count / total))
  })
  const share = Math.min(0.5, others / Math.max(1, model.records - 1))
  const u = m.map((each, f) => unlike(random[f] as readonly number[], each, share))
  const household = Math.min(4, Math.max(0.02, (households + HOUSEHOLDS) / (private_ + HOUSEHOLDS)))
  return { ...model, household, m: m.map((each, f) => ordered(each, u[f] as number[])), u, others }
}

/** Takes the pairs of one person out of the random pairs, and leaves no level impossible. */
function unlike(counts: readonly number[], m: readonly number[], share: number): number[] {
  const total = Math.max(
    1,
    counts.reduce((sum, count, level) => (level === 0 ? sum : sum + count), 0),
  )
  const rates = counts.map((count, level) =>
    level === 0 ? 0 : Math.max(count / total - share * (m[level] as number), 0.5 / total, (0.1 * count) / total),
  )
  const sum = rates.reduce((a, b) => a + b, 0)
  return rates.map((rate) => rate / sum)
}

/** What differs speaks against one person by at least this factor. */
const MOST_DIFFERENT = 0.5

/** A weaker agreement never weighs more than a stronger one, whatever a small file says. Swapped names stand outside. */
function ordered(m: readonly number[], u: readonly number[]): number[] {
  const result = [...m]
  const different = m.length > ANOTHER_NAME ? DIFFERENT_NAME : m.length - 1
  for (let level = 2; level <= different; level++) {
    const most = ((result[level - 1] as number) / (u[level - 1] as number)) * (u[level] as number)
    result[level] = Math.min(result[level] as number, most)
  }
  // However rare it was in a file that two differ so: to differ is never evidence for one person.
  result[different] = Math.min(result[different] as number, MOST_DIFFERENT * (u[different] as number))
  if (m.length > ANOTHER_NAME) {
    const least = (result[DIFFERENT_NAME] as number) / (u[DIFFERENT_NAME] as number)
    result[ANOTHER_NAME] = Math.min(result[ANOTHER_NAME] as number, least * (u[ANOTHER_NAME] as number))
  }
  return result
}

/** The levels of random pairs, by field, on top of what is usual: all pairs of a small file, else the same pseudo-random choice every time. */
function randomCounts(schema: Schema, records: readonly Prepared[]): readonly (readonly number[])[] {
  const counts = schema.fields.map(({ kind }) => USUAL_U[kind].map((rate) => rate * RANDOM_BELIEF))
  const levels = new Uint8Array(schema.fields.length)
  const count = (i: number, j: number) => {
    compare(schema, records[i] as Prepared, records[j] as Prepared, levels)
    for (let f = 0; f < levels.length; f++) (counts[f] as number[])[levels[f] as number]! += 1
  }
  const n = records.length
  if (n * (n - 1) <= 2 * RANDOM_PAIRS) {
    for (let i = 1; i < n; i++) for (let j = 0; j < i; j++) count(i, j)
    return counts
  }
  let state = 1
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 4294967296) * n)
  }
  for (let k = 0; k < RANDOM_PAIRS; k++) {
    const [i, j] = [next(), next()]
    if (i !== j) count(i, j)
  }
  return counts
}

/** The weights of a model with the counts of these records: how common a value is, and who shares it, is theirs to say. */
export function withCounts(model: Model, records: readonly Prepared[]): Model {
  const { schema } = model
  return {
    ...model,
    records: records.length,
    terms: termsOf(schema, records),
    counted: true,
    crowds: crowdsOf(schema, records),
  }
}

/** What a value says in another file is not said here; how common a name or a town is, is much the same. */
const ELSEWHERE: ReadonlySet<Kind> = new Set(['given', 'surname', 'middle', 'place', 'text'])

/** The weights of a model for other people than it was learned from, of whom nothing is counted yet. */
export function forOthers(model: Model): Model {
  const { fields } = model.schema
  const terms = fields.map(({ kind }, f) => (ELSEWHERE.has(kind) ? (model.terms[f] as Dict<number>) : dict<number>()))
  return { ...model, terms, counted: false, crowds: fields.map(() => undefined) }
}

function termsOf(schema: Schema, records: readonly Prepared[]): readonly Dict<number>[] {
  return schema.fields.map((_, f) => {
    const counts = dict<number>()
    for (const { texts } of records) {
      const text = texts[f] as string
      if (text !== '') counts[text] = (counts[text] ?? 0) + 1
    }
    return counts
  })
}
