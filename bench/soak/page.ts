import { type Reading, sum } from '../../scripts/demo/metrics.ts'
import { whenAndWhere, withBlock } from '../page-block.ts'

/** What one soak came to. */
export interface SoakReport {
  readonly at: string
  readonly machine: string
  readonly command: string
  readonly seconds: number
  readonly people: number
  /** Copies that the edge answered with 200 for. */
  readonly taken: number
  readonly reading: Reading
  readonly injected: Readonly<Record<string, number>>
  readonly lost: number
  readonly doubled: number
  readonly broken: number
}

/** The page with its report replaced by this one. @throws when it has no place for it */
export function pageWithReport(page: string, report: SoakReport): string {
  const { applied, duplicate, dropped, rejected, deadLetters, late } = report.reading
  const n = (value: number) => value.toLocaleString('en')
  const row = (...cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const faults = Object.entries(report.injected).map(([fault, times]) => row(FAULTS[fault] ?? fault, n(times)))
  const block = [
    `\`${report.command}\`, ${whenAndWhere(report.at, report.machine)} It took ${n(Math.round(report.seconds / 60))} minutes.`,
    '',
    row('what', 'copies'),
    row('---', '---:'),
    row('**accepted** (the edge answered 200)', n(report.taken)),
    row('applied', n(applied)),
    row('duplicate (retries of the clients, and copies they sent twice)', n(duplicate)),
    row('dropped', n(sum(dropped))),
    row('rejected (invalid, with their reasons)', n(sum(rejected))),
    row('dead letters', n(sum(deadLetters))),
    row('*of the applied, late*', n(late)),
    row('**lost**', `**${n(report.lost)}**`),
    row('**counted twice**', `**${n(report.doubled)}**`),
    '',
    row('fault injected', 'times'),
    row('---', '---:'),
    ...faults,
    '',
    `${n(report.people)} people were compared one by one, by event name, with what was counted by hand: ${n(report.broken)} differences.`,
  ].join('\n')
  return withBlock(page, 'npm run soak -- --page', block)
}

const FAULTS: Readonly<Record<string, string>> = {
  refused: 'a call of the consumer (object, queue, R2, D1) refused, half of them after it took effect',
  twice: 'a batch delivered twice at the same time, to two consumers',
  shuffled: 'a batch in another order',
  died: 'a consumer that died after all its work, before the queue heard of it',
}
