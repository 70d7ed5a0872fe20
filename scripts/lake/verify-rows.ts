import type { SilverTable } from '../../shared/lake/columns.ts'
import type { KnownRow } from './lake-rows.ts'
import type { Bronze } from './verify-bronze.ts'
import type { BrokenFile } from './verify-files.ts'
import type { HeldPartitions } from './verify-holds.ts'

/** What silver has, by partition and key: more than one row of a key is a fault. */
export type Silver = ReadonlyMap<string, readonly KnownRow[]>

export interface Comparison {
  readonly bronze: Bronze
  readonly silver: Silver
  /** Objects of which silver knows nothing yet, and need not. */
  readonly tail: ReadonlySet<string>
  readonly broken: readonly BrokenFile[]
  /** Of days before this one bronze is not kept any more. */
  readonly bronzeSince: string
  /** Of days before this one silver is not kept any more. */
  readonly silverSince: string
  /** What quality keeps out of silver. */
  readonly held: HeldPartitions
  /** Lines that objects of bronze had which are not there, by object, from the index of silver. */
  readonly linesOfMissing: ReadonlyMap<string, number>
}

/**
 * Differences between bronze and silver, each in one sentence. What a broken file explains is not told once more for each
 * of its rows.
 */
export function rowDifferences(comparison: Comparison): readonly string[] {
  const { bronze, silver, tail, broken, bronzeSince, silverSince, linesOfMissing } = comparison
  const differences: string[] = []
  for (const key of bronze.missing) {
    const lines = linesOfMissing.get(key)
    differences.push(`${key} is missing${lines === undefined ? '' : `: ${lines} lines of this workspace stood in it`}`)
  }
  const without: KnownRow[] = []
  for (const [name, row] of bronze.rows) {
    if (silver.has(name) || tail.has(row.in) || row.day < silverSince || isExplained(row, broken)) continue
    if (holdOf(row, comparison) === undefined) without.push(row)
  }
  differences.push(
    ...told(
      without,
      (n, where) => `${n} applied without a row in silver, ${where}`,
      (row) => row.in,
    ),
  )
  const [twice, alone, altered]: [KnownRow[], KnownRow[], KnownRow[]] = [[], [], []]
  for (const [name, rows] of silver) {
    const [row, second] = rows as [KnownRow, ...KnownRow[]]
    if (second) twice.push(second)
    const wanted = bronze.rows.get(name)
    if (!wanted) alone.push(row)
    else if (wanted.hash !== row.hash && !bronze.others.get(name)?.has(row.hash)) altered.push(row)
  }
  differences.push(
    ...told(
      twice,
      (n, where) => `${n} there twice, ${where}`,
      (row) => row.in,
    ),
  )
  differences.push(
    ...told(
      altered,
      (n, where) => `${n} with another content than in bronze, ${where}`,
      (row) => row.in,
    ),
  )
  const isLost = bronze.missing.length > 0
  const unknown = alone.filter(({ day }) => day >= bronzeSince && !isLost)
  differences.push(
    ...told(
      unknown,
      (n, where) => `${n} in silver without a copy in bronze, ${where}`,
      (row) => row.in,
    ),
  )
  return differences
}

/** What is not in silver since quality holds it, a sentence per hold. */
export function heldNotes(comparison: Comparison): readonly string[] {
  const { bronze, silver, tail } = comparison
  const waiting = [...bronze.rows].filter(([name, row]) => !silver.has(name) && !tail.has(row.in)).map(([, row]) => row)
  const byHold = Map.groupBy(waiting, (row) => holdOf(row, comparison) ?? '')
  return [...byHold].flatMap(([hold, rows]) => {
    const [{ table, day, hour }] = rows as [KnownRow]
    return hold === '' ? [] : [`held by quality: ${counted(rows.length, table)}, ${day} ${hour}h (${hold})`]
  })
}

function holdOf({ table, day, hour }: KnownRow, { held }: Comparison): string | undefined {
  return held.get(`${table}/${day}/${hour}`)
}

/** The file in which it stood, or the manifest of its day, is known to be broken. */
function isExplained({ table, day, hour }: KnownRow, broken: readonly BrokenFile[]): boolean {
  return broken.some(({ place, day: wholeDay }) =>
    place ? place.table === table && place.day === day && place.hour === hour : wholeDay === day,
  )
}

const NAMED = 3
const WHAT: Readonly<Record<SilverTable, string>> = {
  events: 'event',
  own_events: 'event of Tributary itself',
  changes: 'change of a profile',
  quarantine: 'unreadable line',
  index: 'entry of the index',
}

/** One sentence per table, hour and file. */
function told(
  rows: readonly KnownRow[],
  sentence: (what: string, where: string) => string,
  fileOf: (row: KnownRow) => string,
): readonly string[] {
  const groups = Map.groupBy(rows, (row) => `${row.table}/${row.day}/${row.hour}/${fileOf(row)}`)
  return [...groups.values()].map((group) => {
    const [{ table, day, hour }] = group as [KnownRow]
    const names = group.slice(0, NAMED).map(({ messageId }) => messageId)
    const named = `${names.join(', ')}${group.length > NAMED ? ', …' : ''}`
    return sentence(counted(group.length, table), `${day} ${hour}h: ${named} (${fileOf(group[0] as KnownRow)})`)
  })
}

function counted(rows: number, table: SilverTable): string {
  return `${rows} ${WHAT[table]}${rows === 1 ? '' : 's'}`
}
