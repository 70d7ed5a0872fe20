import { blockingKeys, eachCandidate } from './blocking.ts'
import { cluster, type Link } from './cluster.ts'
import { learn, withCounts } from './em.ts'
import { type Model, match, priorOf } from './model.ts'
import type { Prepared, Schema } from './record.ts'

/**
 * The batch: learn a model from a file of records, find the candidate pairs, join them into persons. The order in which
 * the records come makes no difference.
 */
/** Clusters whose mean probability is at least this become one person. */
export const THRESHOLD = 0.55
/** Pairs below this are not remembered. */
const LEAST = 0.01

/** The records in an order of their own: by what they say, then by id. */
export function sorted(records: readonly Prepared[]): readonly Prepared[] {
  const keyed = records.map((record) => ({ record, key: `${record.texts.join('\u001f')}\u001e${record.id}` }))
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ record }) => record)
}

export function learnFrom(schema: Schema, records: readonly Prepared[]): Model {
  const own = sorted(records)
  return learn(
    schema,
    own,
    own.map((record) => blockingKeys(schema, record)),
  )
}

/** Candidate pairs worth remembering, with their probability. Indices are into `records`. */
export function candidates(model: Model, records: readonly Prepared[]): readonly Link[] {
  const { schema } = model
  const prior = priorOf(model, records.length)
  const links: Link[] = []
  eachCandidate(
    records.map((record) => blockingKeys(schema, record)),
    (i, j) => {
      const [a, b] = [records[i] as Prepared, records[j] as Prepared]
      const probability = match(model, a, b, prior)
      if (probability >= LEAST) links.push({ a: j, b: i, probability })
    },
  )
  return links
}

/** The person of every record, by record id; a person is named by the first of its records in the core's order. */
export function linkAll(
  model: Model,
  records: readonly Prepared[],
  threshold = THRESHOLD,
): ReadonlyMap<string, string> {
  const own = sorted(records)
  const counted = withCounts(model, own)
  const prior = priorOf(counted)
  const score = (i: number, j: number) => match(counted, own[i] as Prepared, own[j] as Prepared, prior)
  const persons = cluster(own.length, candidates(counted, own), score, threshold)
  return new Map(own.map((record, i) => [record.id, (own[persons[i] as number] as Prepared).id]))
}
