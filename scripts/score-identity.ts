import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'

/**
 * `node scripts/score-identity.ts PREDICTIONS.csv TRUTH.csv`: pairwise precision, recall and F1, B-cubed and the match
 * rate, as data/identity/README.md defines them. Both files are `record_id,cluster_id`.
 */
function clustersOf(file: string): ReadonlyMap<string, string> {
  const rows: readonly Record<string, string>[] = parse(readFileSync(file, 'utf8'), { columns: true, bom: true })
  return new Map(rows.map((row) => [row['record_id'] ?? '', row['cluster_id'] ?? '']))
}

function grouped(
  of: ReadonlyMap<string, string>,
  keep: ReadonlyMap<string, string>,
): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>()
  for (const [record, cluster] of of) {
    if (!keep.has(record)) continue
    const group = groups.get(cluster)
    if (group === undefined) groups.set(cluster, [record])
    else group.push(record)
  }
  return groups
}

function score(predicted: ReadonlyMap<string, string>, truth: ReadonlyMap<string, string>) {
  const complete = new Map([...truth.keys()].map((record) => [record, predicted.get(record) ?? `missing ${record}`]))
  const pairs = (n: number) => (n * (n - 1)) / 2
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

const [predictions, truth] = process.argv.slice(2)
if (predictions === undefined || truth === undefined) {
  console.error('usage: node scripts/score-identity.ts PREDICTIONS.csv TRUTH.csv')
  process.exitCode = 2
} else {
  const result = Object.entries(score(clustersOf(predictions), clustersOf(truth)))
  console.log(result.map(([name, value]) => `${name} ${value.toFixed(4)}`).join('  '))
}
