import type { Dict } from '../kernel/json.ts'
import { ANOTHER_YEAR, compare, EXACT, LEVELS, MISSING, SAME_DOMAIN } from './compare.ts'
import { type Crowd, type Crowds, crowdOf, oddsOf } from './crowd.ts'
import { isRole, type Kind, MAILBOX, type Prepared, type Schema } from './record.ts'

/**
 * What agreement weighs: the Fellegi–Sunter model (1969) and the probability it gives a pair. A pair is judged against two
 * other explanations, not one: two strangers, and two people of one household or organisation, who share the surname, the
 * address, perhaps the telephone and the mailbox, and differ in what is personal.
 */
export interface Model {
  readonly schema: Schema
  /** By field, by level: how often records of one person, and of two, agree so. Index 0 (missing) is not used. */
  readonly m: readonly (readonly number[])[]
  readonly u: readonly (readonly number[])[]
  /** Records learned from, and how many others of the same person a record has among them. */
  readonly records: number
  readonly others: number
  /** Pairs of one household for each pair of one person. */
  readonly household: number
  /** By field: how many records hold a value. */
  readonly terms: readonly Dict<number>[]
  /** Whether a value that `terms` lacks is a rare one; else nothing is known of it, and it is as common as values are. */
  readonly counted: boolean
  /** By field and value: how many people share it. */
  readonly crowds: Crowds
}

/** A candidate pair explained: natural-log weights, as in `probability = odds / (1 + odds)`. */
export interface Explanation {
  readonly probability: number
  readonly prior: number
  readonly weights: readonly { readonly field: string; readonly level: string; readonly weight: number }[]
}

/** The share of a field's weight that two people of one household also show; the rest is personal. */
export const SHARED: Readonly<Record<Kind, number>> = {
  given: 0,
  surname: 1,
  middle: 0,
  date: 0,
  email: 0.5,
  phone: 0.9,
  id: 0,
  postcode: 1,
  street: 1,
  place: 1,
  company: 1,
  text: 0.5,
}

/** How common a value is at most that only one person in a file has: what a small file can't tell of rare values. */
const RARE: Readonly<Record<Kind, number>> = {
  given: 0.01,
  surname: 0.005,
  middle: 0.02,
  date: 0.0005,
  email: 0.0005,
  phone: 0.0005,
  id: 0.0005,
  postcode: 0.005,
  street: 0.02,
  place: 0.02,
  company: 0.02,
  text: 0.05,
}

/** The same for a mailbox whose user name is not made from the name: perhaps everybody's. */
const NAMELESS = 0.85

/** Of the pairs of a household, those with one given name, and those born on one day. */
const NAMESAKES = 0.02
/** The first where the birthdays differ by more than a typing error: then one name is rather the father's and the son's. */
const BORN_APART = 0.5
const TWINS = 0.05
/** Of the pairs that share a place or a mailbox, those of no one family: where several people were seen, and elsewhere. */
const COLLEAGUES = 0.5
const FLATMATES = 0.05
const SEVERAL = 3

/** The log weight of one field at one level; a rare value that agrees exactly weighs more (term frequency, Winkler 1988). */
export function weightOf(model: Model, field: number, level: number, value?: string): number {
  if (level === MISSING) return 0
  const m = (model.m[field] as readonly number[])[level] as number
  let u = (model.u[field] as readonly number[])[level] as number
  const known = value === undefined ? undefined : (model.terms[field] as Dict<number>)[value]
  if (level === EXACT && value !== undefined && model.records > 0 && (model.counted || known !== undefined)) {
    const kind = (model.schema.fields[field] as { kind: Kind }).kind
    const count = known ?? 0
    const person = 1 + model.others
    // One person's records repeat a value: seen no more often than that, it is as rare as the file, or such values, show.
    u = count > 1.5 * person ? count / model.records : Math.min(Math.max(count, person) / model.records, RARE[kind])
  }
  const weight = Math.log(m / Math.min(1, u))
  // One domain is a provider or an organisation: never evidence for one person.
  const domain = level === SAME_DOMAIN && (model.schema.fields[field] as { kind: Kind }).kind === 'email'
  return domain ? Math.min(0, weight) : weight
}

const EMPTY: readonly string[] = []
/** Of what repeats other evidence this much is still counted: it shows that the other is no typing error. */
const REPEATED = 0.25

/** What a pair's mailboxes repeat of the names: nothing, a name, or both records' own full names. */
export const REPEATS = { nothing: 0, name: 1, own: 2 } as const
export type Repeats = (typeof REPEATS)[keyof typeof REPEATS]

export function repeatsOf({ mailbox: a }: Prepared, { mailbox: b }: Prepared): Repeats {
  const own = (x: number, y: number) => x === MAILBOX.own && (y === MAILBOX.own || y === MAILBOX.unknown)
  if (own(a, b) || own(b, a)) return REPEATS.own
  return [a, b].some((each) => each === MAILBOX.own || each === MAILBOX.family) ? REPEATS.name : REPEATS.nothing
}

/** Log odds of the two explanations of a pair with these levels, against two strangers. */
export interface Evidence {
  readonly person: number
  readonly house: number
}

/**
 * Adds the evidence of all fields, what is dependent once. `crowd` tells how many people share what the two share (crowd.ts).
 * Without `values` (learning) there are no term frequencies.
 */
export function evidenceOf(
  model: Model,
  levels: Uint8Array,
  repeats: Repeats,
  crowd: Crowd,
  prior: number,
  values: readonly string[] = EMPTY,
): Evidence {
  let [person, shared] = [0, 0]
  let [kin, namesakes] = [1, NAMESAKES]
  let [name, given, surname, against, born, mail, mailShared, area, areas, moved, moves] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  ]
  const { fields } = model.schema
  for (let f = 0; f < fields.length; f++) {
    const level = levels[f] as number
    if (level === MISSING) continue
    const kind = (fields[f] as { kind: Kind }).kind
    const value = values[f]
    const weight = weightOf(model, f, level, value)
    if (weight < 0) {
      // What disagrees is always counted: to disagree is never to repeat.
      if (kind === 'surname') {
        person += weight
        against += weight
        kin = 0
      } else if (kind === 'street' || kind === 'place' || kind === 'postcode') {
        moved = Math.min(moved, weight)
        moves += weight
      } else {
        person += weight
        shared += weight * SHARED[kind]
        if (kind === 'date' && level >= ANOTHER_YEAR && values !== EMPTY) namesakes = BORN_APART
      }
    } else if (kind === 'given' || kind === 'middle') {
      name += weight
      given += weight
    } else if (kind === 'surname') {
      name += weight
      surname += weight
    } else if (kind === 'email') {
      mail += weight
      mailShared += weight * mailboxShare(level, repeats, value)
    } else if (kind === 'street' || kind === 'place' || kind === 'postcode') {
      area = Math.max(area, weight)
      areas += weight
    } else {
      person += weight
      shared += weight * SHARED[kind]
      if (kind === 'date') born += weight
    }
  }
  // An address lies in its postcode, town and state: they repeat each other, and who moves changes them all.
  const place = area + REPEATED * (areas - area) + moved + REPEATED * (moves - moved)
  // A user name made from the name repeats the name: the two are one piece of evidence, as strong as the stronger.
  const once = repeats !== REPEATS.nothing
  person += prior + place + (once ? Math.max(name, mail) : name + mail)
  const together = prior + Math.log(oddsOf(crowd, model.household)) + place + shared
  // Two of one family may also be namesakes (father and son) or twins; rarer, but they share more.
  const alike = Math.log(
    1 + kin * Math.min(1, model.household) * (namesakes * Math.exp(given) + TWINS * Math.exp(born)),
  )
  const family = together + against + alike + (once ? Math.max(surname, mailShared) : surname + mailShared)
  const colleagues = together + mailShared + Math.log(crowd.two >= SEVERAL ? COLLEAGUES : FLATMATES)
  return { person, house: Math.max(family, colleagues) + Math.log1p(Math.exp(-Math.abs(family - colleagues))) }
}

/** How much of a mailbox's agreement a household or organisation shows too: all of its domain, most of a name-less user. */
function mailboxShare(level: number, repeats: Repeats, value: string | undefined): number {
  if (level === SAME_DOMAIN) return 1
  if (value !== undefined && level === EXACT && isRole(value)) return 1
  return repeats === REPEATS.own ? SHARED.email : NAMELESS
}

/** The probability of one person, against two strangers and against two people of one household. */
export function probabilityOf({ person, house }: Evidence): number {
  return 1 / (1 + Math.exp(-person) + Math.exp(house - person))
}

/** A smaller file is judged as if it were this large: in a handful of records two who agree by name alone prove little. */
const SMALLEST = 999

/** Log odds that two records taken at random are of one person, in a file of this many records. */
export function priorOf(model: Model, records = model.records): number {
  const share = Math.min(0.5, model.others / Math.max(SMALLEST, records - 1))
  return Math.log(share / (1 - share))
}

const scratch = new Uint8Array(64)

/** The probability that two records are of one person. */
export function match(model: Model, a: Prepared, b: Prepared, prior: number): number {
  compare(model.schema, a, b, scratch)
  return probabilityOf(
    evidenceOf(model, scratch, repeatsOf(a, b), crowdOf(model.schema, model.crowds, scratch, a.texts), prior, a.texts),
  )
}

/** The same, with the weight of each field, for a review. */
export function explain(model: Model, a: Prepared, b: Prepared, prior: number): Explanation {
  const levels = new Uint8Array(model.schema.fields.length)
  compare(model.schema, a, b, levels)
  const probability = match(model, a, b, prior)
  const weights = model.schema.fields.map(({ name, kind }, f) => {
    const level = levels[f] as number
    return { field: name, level: LEVELS[kind][level] as string, weight: weightOf(model, f, level, a.texts[f]) }
  })
  return { probability, prior, weights }
}
