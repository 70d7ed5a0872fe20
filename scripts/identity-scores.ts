/**
 * Pairwise precision, recall and F1, B-cubed and the match rate of predicted persons, as data/identity/README.md defines
 * them. Both sides are record id → name of the person.
 */
export type Persons = ReadonlyMap<string, string>

export interface Scores {
  readonly precision: number
  readonly recall: number
  readonly f1: number
  readonly cubedPrecision: number
  readonly cubedRecall: number
  readonly matchRate: number
}

function grouped(of: Persons, keep: Persons): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>()
  for (const [record, cluster] of of) {
    if (!keep.has(record)) continue
    const group = groups.get(cluster)
    if (group === undefined) groups.set(cluster, [record])
    else group.push(record)
  }
  return groups
}

const pairs = (n: number) => (n * (n - 1)) / 2

/** A record without a prediction is a person of its own; a prediction without a truth counts nowhere. */
export function scoresOf(predicted: Persons, truth: Persons): Scores {
  const complete = new Map([...truth.keys()].map((record) => [record, predicted.get(record) ?? `missing ${record}`]))
  const persons = grouped(truth, truth)
  const clusters = grouped(complete, truth)
  let [right, inTruth, inPredicted, cubedPrecision, cubedRecall, joined, joinable] = [0, 0, 0, 0, 0, 0, 0]
  for (const records of clusters.values()) inPredicted += pairs(records.length)
  for (const records of persons.values()) {
    inTruth += pairs(records.length)
    const parts = new Map<string, number>()
    for (const record of records) {
      const name = complete.get(record) as string
      parts.set(name, (parts.get(name) ?? 0) + 1)
    }
    for (const [name, size] of parts) {
      right += pairs(size)
      cubedPrecision += (size * size) / (clusters.get(name) as readonly string[]).length
      cubedRecall += (size * size) / records.length
    }
    joined += Math.max(...parts.values()) - 1
    joinable += records.length - 1
  }
  const precision = inPredicted === 0 ? 1 : right / inPredicted
  const recall = inTruth === 0 ? 1 : right / inTruth
  return {
    precision,
    recall,
    f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall),
    cubedPrecision: cubedPrecision / truth.size,
    cubedRecall: cubedRecall / truth.size,
    matchRate: joinable === 0 ? 1 : joined / joinable,
  }
}
