import { z } from 'zod'
import { type Border, type Expectation, KINDS, type QualityTable, SEVERITIES } from './expectation.ts'
import { judge, type Surroundings } from './judge.ts'
import { NO_TALLY, referred, type Tallies, tallyKey } from './tally.ts'

export const VERDICTS = ['pass', 'fail', 'unknown'] as const

/** What came of an expectation in one hour, as it is kept and shown. */
export const QualityResult = z.object({
  expectation: z.string(),
  kind: z.enum(KINDS as [(typeof KINDS)[number], ...typeof KINDS]),
  column: z.string().nullable(),
  severity: z.enum(SEVERITIES),
  verdict: z.enum(VERDICTS),
  measured: z.number().nullable(),
  expected: z.string(),
  rows: z.int(),
  failed: z.int(),
  samples: z.array(
    z.union([z.object({ source: z.string(), messageId: z.string() }), z.object({ canonicalId: z.string() })]),
  ),
})
export type QualityResult = z.infer<typeof QualityResult>

/** Those that are looked at of a table at a border. */
export function expectedOf(all: readonly Expectation[], border: Border, table?: QualityTable): readonly Expectation[] {
  return all.filter((one) => one.enabled && one.border === border && (table === undefined || one.table === table))
}

export function resultsOf(
  expectations: readonly Expectation[],
  tallies: Tallies,
  surroundings: Surroundings,
): readonly QualityResult[] {
  return expectations.map((expectation) => {
    const { id, kind, column, severity } = expectation
    const { rows, failed, samples } = tallies[tallyKey(expectation)] ?? NO_TALLY
    // A ratio that holds has rows that count, and none that is wrong.
    const judged = judge(expectation, tallies, surroundings)
    const shown = judged.verdict === 'fail' ? samples.flatMap((ref) => sampleOf(ref) ?? []) : []
    return { expectation: id, kind, column, severity, ...judged, rows, failed, samples: shown }
  })
}

/** What stops the data. */
export function hardFailures(results: readonly QualityResult[]): readonly QualityResult[] {
  return results.filter(({ severity, verdict }) => severity === 'hard' && verdict === 'fail')
}

export function failuresBySeverity(results: readonly QualityResult[]): Record<(typeof SEVERITIES)[number], number> {
  const count = (severity: string) =>
    results.filter((one) => one.severity === severity && one.verdict === 'fail').length
  return { info: count('info'), warn: count('warn'), hard: count('hard') }
}

/** Only what the present expectations want: what was counted for others goes. */
export function wantedTallies(tallies: Tallies, expectations: readonly Expectation[]): Tallies {
  const wanted = new Set(expectations.flatMap((one) => [tallyKey(one), referred(one)]))
  return Object.fromEntries(Object.entries(tallies).filter(([key]) => wanted.has(key)))
}

function sampleOf(ref: string): QualityResult['samples'][number] | undefined {
  const [kind, first = '', ...rest] = ref.split(' ')
  if (kind === 'm') return { source: first, messageId: rest.join(' ') }
  return kind === 'p' ? { canonicalId: first } : undefined
}
