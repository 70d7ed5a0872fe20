import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { type Persons, scoresOf } from './identity-scores.ts'

/**
 * `node scripts/score-identity.ts PREDICTIONS.csv TRUTH.csv`: how right the predictions are, in one line. Both files are
 * `record_id,cluster_id`.
 */
function personsOf(file: string): Persons {
  const rows: readonly Record<string, string>[] = parse(readFileSync(file, 'utf8'), { columns: true, bom: true })
  return new Map(rows.map((row) => [row['record_id'] ?? '', row['cluster_id'] ?? '']))
}

const [predictions, truth] = process.argv.slice(2)
if (predictions === undefined || truth === undefined) {
  console.error('usage: node scripts/score-identity.ts PREDICTIONS.csv TRUTH.csv')
  process.exitCode = 2
} else {
  const result = Object.entries(scoresOf(personsOf(predictions), personsOf(truth)))
  console.log(result.map(([name, value]) => `${name} ${value.toFixed(4)}`).join('  '))
}
