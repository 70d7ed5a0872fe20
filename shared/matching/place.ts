import { BLOCK_CAP, blockingKeys } from './blocking.ts'
import type { Link } from './cluster.ts'
import { crowdsAround } from './crowd.ts'
import { type Model, match, priorOf } from './model.ts'
import type { Prepared } from './record.ts'

/**
 * One record at a time, against the persons so far. Everything is bounded: at most MAX_KEYS index lookups, the
 * `MOST_SCORED` candidates that share the rarest keys, `MOST_PERSONS` persons, `SAMPLE` records of each.
 */
const MOST_SCORED = 12
const MOST_PERSONS = 3
const SAMPLE = 8
/** A record joins a person as in the batch; two whole persons join only on more, because nothing looks at it again. */
const PLACE = 0.55
const JOIN = 0.7

export interface Placement {
  /** The person the record belongs to: an earlier one, or a new one named by the record. */
  readonly person: number
  /** Earlier persons that the record shows to be the same one; their records are the person's from now on. */
  readonly joined: readonly number[]
  /** The best candidate, joined or not, for a review. */
  readonly best: Link | undefined
}

export class Placer {
  readonly #model: Model
  readonly #threshold: number
  readonly #prior: number
  readonly #records: Prepared[] = []
  readonly #personOf: number[] = []
  readonly #members: number[][] = []
  readonly #blocks = new Map<string, number[]>()
  /** What a record shares with the one being placed: the sum over shared keys of one over the block's size. */
  readonly #shared = new Map<number, number>()
  lookups = 0
  mostLookups = 0

  constructor(model: Model, threshold = PLACE) {
    this.#model = model
    this.#threshold = threshold
    this.#prior = priorOf(model)
  }

  /** Places a record and remembers it. Persons are numbered by their first record, from 0. */
  place(record: Prepared): Placement {
    const index = this.#records.length
    const keys = blockingKeys(this.#model.schema, record)
    const near = this.#nearest(keys)
    const model = this.#around(record, near)
    const scored = new Map<number, number>()
    const score = (other: number) => {
      let probability = scored.get(other)
      if (probability === undefined) {
        probability = match(model, record, this.#records[other] as Prepared, this.#prior)
        scored.set(other, probability)
      }
      return probability
    }
    let best: Link | undefined
    const persons = new Map<number, number>()
    for (const other of near) {
      const probability = score(other)
      if (best === undefined || probability > best.probability) best = { a: other, b: index, probability }
      const person = this.#personOf[other] as number
      persons.set(person, Math.max(persons.get(person) ?? 0, probability))
    }
    const order = [...persons].filter(([, p]) => p >= this.#threshold).sort((x, y) => y[1] - x[1] || x[0] - y[0])
    const fitting: { readonly person: number; readonly mean: number }[] = []
    for (const [person] of order.slice(0, MOST_PERSONS)) {
      const mean = meanOf(this.#sample(person).map(score))
      if (mean >= this.#threshold) fitting.push({ person, mean })
    }
    fitting.sort((x, y) => y.mean - x.mean || x.person - y.person)
    const chosen = fitting[0]?.person ?? index
    const joined = fitting
      .slice(1)
      .map(({ person }) => person)
      .filter((other) => this.#isOne(chosen, other))
    this.#remember(record, index, chosen, keys)
    for (const other of joined) this.#join(chosen, other)
    return { person: chosen, joined, best }
  }

  /** The model, with who shares what among the candidates: what is new since it was learned is counted as it comes. */
  #around(record: Prepared, near: readonly number[]): Model {
    const { schema, crowds } = this.#model
    const around = crowdsAround(
      schema,
      crowds,
      record,
      near.map((other) => this.#records[other] as Prepared),
    )
    return around === crowds ? this.#model : { ...this.#model, crowds: around }
  }

  /** Whether two persons, both of which fit a record, are one by the average link between them. */
  #isOne(one: number, other: number): boolean {
    const links: number[] = []
    for (const i of this.#sample(one)) {
      for (const j of this.#sample(other)) {
        links.push(match(this.#model, this.#records[i] as Prepared, this.#records[j] as Prepared, this.#prior))
      }
    }
    return meanOf(links) >= Math.max(this.#threshold, JOIN)
  }

  #join(person: number, other: number): void {
    const members = this.#members[other] as number[]
    for (const record of members) this.#personOf[record] = person
    ;(this.#members[person] as number[]).push(...members)
    this.#members[other] = []
  }

  /** At most SAMPLE records of a person, evenly chosen from the first to the last. */
  #sample(person: number): readonly number[] {
    const members = this.#members[person] as readonly number[]
    if (members.length <= SAMPLE) return members
    return Array.from({ length: SAMPLE }, (_, k) => members[Math.floor((k * members.length) / SAMPLE)] as number)
  }

  /** The person a placed record belongs to now. */
  personOf(record: number): number {
    return this.#personOf[record] as number
  }

  /** The records that share the rarest and the most keys. */
  #nearest(keys: readonly string[]): readonly number[] {
    const shared = this.#shared
    shared.clear()
    this.mostLookups = Math.max(this.mostLookups, keys.length)
    for (const key of keys) {
      this.lookups += 1
      const block = this.#blocks.get(key)
      if (block === undefined || block.length >= BLOCK_CAP) continue
      const share = 1 / block.length
      for (const other of block) shared.set(other, (shared.get(other) ?? 0) + share)
    }
    const all = [...shared]
    if (all.length > MOST_SCORED) all.sort((x, y) => y[1] - x[1] || x[0] - y[0])
    return all.slice(0, MOST_SCORED).map(([other]) => other)
  }

  #remember(record: Prepared, index: number, person: number, keys: readonly string[]): void {
    this.#records.push(record)
    this.#personOf.push(person)
    this.#members.push([])
    ;(this.#members[person] as number[]).push(index)
    for (const key of keys) {
      const block = this.#blocks.get(key)
      if (block === undefined) this.#blocks.set(key, [index])
      else if (block.length < BLOCK_CAP) block.push(index)
    }
  }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
