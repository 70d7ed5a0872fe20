import { type Dict, dict } from '../kernel/json.ts'
import { ANOTHER_NAME, ANOTHER_YEAR, compare, DIFFERENT_NAME, EXACT, MISSING } from './compare.ts'
import type { Kind, Prepared, Schema } from './record.ts'

/**
 * How many different people hold a mailbox, a telephone, an address: what two records share proves less the more people share
 * it. Counted as pairs among the value's holders, those that could be one person against those that can't, so that a mailbox
 * of nineteen guests tells of two guests, and one that only ever had one name on it tells of that person.
 */
export interface Crowd {
  /** Pairs of holders that could be one person. */
  readonly one: number
  /** Pairs of holders that can't: another given name, another birthday. */
  readonly two: number
}

export type Crowds = readonly (Dict<Crowd> | undefined)[]

export const NO_CROWD: Crowd = { one: 0, two: 0 }

/** What groups people; a town or a postcode holds strangers. */
const GROUPS: ReadonlySet<Kind> = new Set(['email', 'phone', 'id', 'street', 'company'])
/** Holders looked at of one value. */
const MOST_HOLDERS = 40
/** What is believed before any pair is seen counts as this many pairs. */
const BELIEF = 3

/** By field, the crowd of every value that more than one record holds. */
export function crowdsOf(schema: Schema, records: readonly Prepared[]): Crowds {
  return schema.fields.map(({ kind }, f) => {
    if (!GROUPS.has(kind)) return undefined
    const holders = new Map<string, Prepared[]>()
    for (const record of records) {
      const text = record.texts[f] as string
      if (text === '') continue
      const list = holders.get(text)
      if (list === undefined) holders.set(text, [record])
      else if (list.length < MOST_HOLDERS) list.push(record)
    }
    const crowds = dict<Crowd>()
    for (const [value, list] of holders) if (list.length > 1) crowds[value] = crowdAmong(schema, list)
    return crowds
  })
}

/**
 * The crowds of what a record shares with these others, for values that the file said nothing of. The same object when
 * there are none.
 */
export function crowdsAround(schema: Schema, crowds: Crowds, record: Prepared, others: readonly Prepared[]): Crowds {
  let around: (Dict<Crowd> | undefined)[] | undefined
  schema.fields.forEach(({ kind }, f) => {
    const value = record.texts[f] as string
    if (value === '' || !GROUPS.has(kind) || crowds[f]?.[value] !== undefined) return
    const holders = others.filter(({ texts }) => texts[f] === value)
    if (holders.length < 2) return
    around ??= [...crowds]
    around[f] = one(value, crowdAmong(schema, [record, ...holders]))
  })
  return around ?? crowds
}

/** The crowd of one value's holders. */
export function crowdAmong(schema: Schema, holders: readonly Prepared[]): Crowd {
  const [given, date] = [kindAt(schema, 'given'), kindAt(schema, 'date')]
  const levels = new Uint8Array(schema.fields.length)
  let [one, two] = [0, 0]
  for (let i = 1; i < holders.length; i++) {
    for (let j = 0; j < i; j++) {
      compare(schema, holders[i] as Prepared, holders[j] as Prepared, levels)
      const same = couldBeOne(levels[given] ?? MISSING, levels[date] ?? MISSING)
      if (same === true) one += 1
      else if (same === false) two += 1
    }
  }
  return { one, two }
}

function one(value: string, crowd: Crowd): Dict<Crowd> {
  const crowds = dict<Crowd>()
  crowds[value] = crowd
  return crowds
}

/** Whether two holders could be one person by what is personal; undefined when neither name nor birthday is known. */
function couldBeOne(given: number, date: number): boolean | undefined {
  if (given === DIFFERENT_NAME || given === ANOTHER_NAME || date >= ANOTHER_YEAR) return false
  return given !== MISSING || date !== MISSING ? true : undefined
}

/** The crowd of what two records with these levels share: of their most private shared value, the two themselves left out. */
export function crowdOf(schema: Schema, crowds: Crowds, levels: Uint8Array, values: readonly string[]): Crowd {
  let least = NO_CROWD
  let ratio = Number.POSITIVE_INFINITY
  for (let f = 0; f < crowds.length; f++) {
    const crowd = levels[f] === EXACT ? crowds[f]?.[values[f] as string] : undefined
    if (crowd === undefined || oddsOf(crowd, 1) >= ratio) continue
    ratio = oddsOf(crowd, 1)
    least = crowd
  }
  if (least === NO_CROWD) return NO_CROWD
  const same = couldBeOne(levels[kindAt(schema, 'given')] ?? MISSING, levels[kindAt(schema, 'date')] ?? MISSING)
  const { one, two } = least
  return { one: Math.max(0, same === true ? one - 1 : one), two: Math.max(0, same === false ? two - 1 : two) }
}

/** Pairs of two people for each pair of one, where `usual` is what is usual. */
export function oddsOf({ one, two }: Crowd, usual: number): number {
  return (BELIEF * usual + two) / (BELIEF + one)
}

const STEPS = [0, 1, 4, 15, 60]

/** A coarse crowd, for counting: `CROWD_SIZES` of them. */
export function roughly({ one, two }: Crowd): number {
  const step = (n: number) => STEPS.findLastIndex((from) => n >= from)
  return step(one) * STEPS.length + step(two)
}

export const CROWD_SIZES = STEPS.length ** 2

function kindAt(schema: Schema, kind: Kind): number {
  return schema.fields.findIndex((field) => field.kind === kind)
}
