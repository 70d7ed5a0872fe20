import { isoDay } from '../shared/kernel/instant.ts'
import { bronzeKey, bronzePlace } from '../shared/lake/lake-key.ts'
import type { LineName } from '../shared/lake/line-names.ts'
import { filesOf } from '../shared/lake/manifest.ts'
import type { PlacedLine } from '../shared/lake/split-lines.ts'
import { keyedBy } from './erased-person.ts'
import { readLines } from './lake-bronze.ts'
import { readSilver } from './lake-files.ts'
import { readDay, readRoot } from './lake-manifest.ts'

/** Arrivals between which something is looked for, epoch milliseconds. */
export interface Between {
  readonly from: number
  readonly to: number
}

/**
 * The newest days of arrival whose index has at most so many rows together, and at least one; null while there is no
 * index.
 */
export async function newestDays(
  env: Env,
  workspace: string,
  mostRows: number,
): Promise<{ readonly from: string; readonly to: string } | null> {
  const { days } = (await readRoot(env.LAKE, workspace)).value
  const newestFirst = Object.keys(days)
    .filter((day) => days[day]?.tables.index)
    .sort()
    .reverse()
  const [to] = newestFirst
  if (to === undefined) return null
  let from = to
  let rows = 0
  for (const day of newestFirst) {
    rows += days[day]?.tables.index?.rows ?? 0
    if (day !== to && rows > mostRows) break
    from = day
  }
  return { from, to }
}

/**
 * Lines of bronze by a name, whatever became of them: an identifier, a canonical ID or a messageId, by the hourly index.
 * What is not in silver yet, and what bronze does not keep any more, is not found.
 */
export async function indexedLinesOf(
  env: Env,
  workspace: string,
  name: LineName,
  { from, to }: Between,
): Promise<readonly PlacedLine[]> {
  const key = keyedBy(env, workspace)(name)
  const { value: root } = await readRoot(env.LAKE, workspace)
  const wanted = new Map<string, Set<number>>()
  const asked = Object.keys(root.days).filter((day) => isoDay(from) <= day && day <= isoDay(to))
  for (const day of asked.sort()) {
    const manifest = await readDay(env.LAKE, root, day)
    const files = filesOf(manifest, 'index').filter((file) => file.to >= from && file.from <= to)
    for (const file of files) {
      for (const row of await readSilver(env.LAKE, 'index', file, ['key', 'object', 'line'])) {
        if (row['key'] !== key) continue
        const object = String(row['object'])
        wanted.set(object, (wanted.get(object) ?? new Set()).add(Number(row['line'])))
      }
    }
  }
  const places = [...wanted.keys()].flatMap((object) => bronzePlace(object) ?? [])
  const lines = await readLines(env.LAKE, places)
  return lines.filter(({ object, n, line }) => {
    const isAsked = wanted.get(bronzeKey(object.stream, object.hour, object.name))?.has(n) === true
    // An object holds lines of everybody.
    return isAsked && line['workspace'] === workspace
  })
}
