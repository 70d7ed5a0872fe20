import type { SilverTable } from '../../shared/lake/columns.ts'
import type { KnownRow } from './lake-rows.ts'
import type { Bronze } from './verify-bronze.ts'
import type { BrokenFile } from './verify-files.ts'

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
  /** Lines that objects of bronze had which are not there, by object, from the index of silver. */
  readonly linesOfMissing: ReadonlyMap<string, number>
}

/**
 * Differences between bronze and silver, each in one sentence. What a broken file explains is not told once more for each
 * of its rows.
 */
export function rowDifferences(comparison: Comparison): readonly string[] {
  const { bronze, silver, tail, broken, bronzeSince, linesOfMissing } = comparison
  const differences: string[] = []
  for (const key of bronze.missing) {
    const lines = linesOfMissing.get(key)
    differences.push(`${key} is missing${lines === undefined ? '' : `: ${lines} lines of this workspace stood in it`}`)
  }
  const without: KnownRow[] = []
  for (const [name, row] of bronze.rows) {
    if (silver.has(name) || tail.has(row.in) || isExplained(row, broken)) continue
    without.push(row)
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
    const what = `${group.length} ${WHAT[table]}${group.length === 1 ? '' : 's'}`
    return sentence(what, `${day} ${hour}h: ${named} (${fileOf(group[0] as KnownRow)})`)
  })
}
