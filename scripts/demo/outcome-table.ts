import { type ByLabel, type Reading, sum } from './metrics.ts'

/** What became of the messages, as the lines of a table, reasons behind the numbers. */
export function outcomeTable(since: Reading): string {
  const rows: readonly (readonly [string, number, string])[] = [
    ['applied', since.applied, since.late > 0 ? `${since.late} of them late` : ''],
    ['duplicate', since.duplicate, ''],
    ['dropped', sum(since.dropped), reasons(since.dropped)],
    ['rejected', sum(since.rejected), reasons(since.rejected)],
    ['dead letter', sum(since.deadLetters), reasons(since.deadLetters)],
  ]
  const width = Math.max(...rows.map(([, count]) => String(count).length), String(since.accepted).length)
  const line = (name: string, count: number, note: string) =>
    `  ${name.padEnd(12)} ${String(count).padStart(width)}   ${note}`.trimEnd()
  return [line('accepted', since.accepted, ''), ...rows.map((row) => line(...row))].join('\n')
}

function reasons(counts: ByLabel): string {
  const known = Object.entries(counts).filter(([label]) => label !== '')
  return known.map(([label, count]) => `${label} ${count}`).join(', ')
}
