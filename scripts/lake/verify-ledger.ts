import { callApi, Refused, type Server } from '../cli/server.ts'

/** What the meters counted of a workspace since it exists, each copy once. */
export interface Ledger {
  readonly accepted: number
  readonly applied: number
  readonly duplicate: number
  readonly dropped: number
  readonly rejected: number
  readonly dead_letter: number
  /** Accepted, and without an outcome so far. */
  readonly waiting: number
}

const METRICS: Readonly<Record<keyof Ledger, string>> = {
  accepted: 'cdp_events_accepted_total',
  applied: 'cdp_events_processed_total',
  duplicate: 'cdp_events_dedup_hits_total',
  dropped: 'cdp_events_dropped_total',
  rejected: 'cdp_events_rejected_total',
  dead_letter: 'cdp_dead_letters_total',
  waiting: 'cdp_events_buffered',
}

/** Undefined when the token may not read the metrics. */
export async function readLedger(server: Server): Promise<Ledger | undefined> {
  try {
    const text = await (await callApi(server, '/metrics')).text()
    const sum = (name: string) =>
      text
        .split('\n')
        .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
        .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
    return Object.fromEntries(Object.entries(METRICS).map(([field, name]) => [field, sum(name)])) as unknown as Ledger
  } catch (error) {
    if (error instanceof Refused && error.status === 403) return undefined
    throw error
  }
}

const OUTCOMES = ['applied', 'duplicate', 'dropped', 'rejected', 'dead_letter'] as const

/** Where the ledger and bronze disagree, by outcome. */
export function ledgerDifferences(
  ledger: Ledger,
  copies: ReadonlyMap<string, ReadonlyMap<string, number>>,
): readonly string[] {
  return OUTCOMES.flatMap((outcome) => {
    const there = [...copies.values()].reduce((sum, ofDay) => sum + (ofDay.get(outcome) ?? 0), 0)
    if (there === ledger[outcome]) return []
    return [`the ledger counted ${ledger[outcome]} copies as ${outcome}, and bronze holds ${there}`]
  })
}
