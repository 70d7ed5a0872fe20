import { inPool } from '../../platform/in-pool.ts'
import { readLines } from '../../platform/lake-bronze.ts'
import type { WorkspaceSettings } from '../../shared/config/workspace-config.ts'
import { bronzePlace, partitionOf, STREAMS } from '../../shared/lake/lake-key.ts'
import { splitLines } from '../../shared/lake/split-lines.ts'
import { pagesOf, type Server } from '../cli/server.ts'
import { type KnownRow, knownRow, partitionKey } from './lake-rows.ts'
import type { LakeSource } from './lake-source.ts'

/** What bronze says there should be. */
export interface Bronze {
  /** By partition and key. */
  readonly rows: ReadonlyMap<string, KnownRow>
  /** Of keys that stand there with several contents: any of them may be the one that was taken. */
  readonly others: ReadonlyMap<string, ReadonlySet<string>>
  /** Distinct copies that were accepted, by day of arrival and outcome. */
  readonly copies: ReadonlyMap<string, ReadonlyMap<string, number>>
  /** Objects that are known of and are not there. */
  readonly missing: readonly string[]
}

const AT_ONCE = 6

/** Objects that hold something of the workspace and were received in these hours. */
export async function bronzeObjects(server: Server, range: Readonly<Record<string, string>>): Promise<Set<string>> {
  const keys = new Set<string>()
  for (const stream of STREAMS) {
    const query = new URLSearchParams({ stream, ...range })
    const pages = pagesOf<{ objects: string[] }>(server, `/api/v1/lake/bronze?${query}`)
    for await (const { objects } of pages) for (const key of objects) keys.add(key)
  }
  return keys
}

/** Reads objects one by one: what is remembered of a line is small, whatever stands in it. */
export async function readBronze(
  source: LakeSource,
  keys: ReadonlySet<string>,
  settings: WorkspaceSettings,
  isAsked: (day: string) => boolean,
  onFile: (done: number, total: number) => void,
): Promise<Bronze> {
  const rows = new Map<string, KnownRow>()
  const others = new Map<string, Set<string>>()
  const outcomes = new Map<string, { day: string; outcome: string }>()
  const missing: string[] = []
  let done = 0
  await inPool([...keys].sort(), AT_ONCE, async (key) => {
    const [place, object] = [bronzePlace(key), await source.get(key)]
    if (!place || !object) {
      missing.push(key)
      return
    }
    const lines = await readLines({ get: async () => object }, [place])
    for (const { line } of lines) {
      const { day } = partitionOf(Number(line['receivedAt']))
      if (place.stream === 'events' && isAsked(day)) noteOutcome(outcomes, line, day)
    }
    for (const { table, day, hour, rows: some } of splitLines(lines, { settings, keyOf: null })) {
      if (!isAsked(day)) continue
      for (const row of some) {
        const name = partitionKey(table, day, hour, row)
        const known = knownRow(table, day, hour, row, key)
        const held = rows.get(name)
        if (!held) rows.set(name, known)
        else if (held.hash !== known.hash) others.set(name, (others.get(name) ?? new Set([held.hash])).add(known.hash))
      }
    }
    onFile(++done, keys.size)
  })
  return { rows, others, copies: countedByDay(outcomes), missing: missing.sort() }
}

/** A copy that was delivered twice has several lines; when one of them says that it was applied, it was. */
function noteOutcome(
  outcomes: Map<string, { day: string; outcome: string }>,
  line: Readonly<Record<string, unknown>>,
  day: string,
): void {
  const copy = String(line['copyId'])
  const outcome = String(line['outcome'])
  if (!outcomes.has(copy) || outcome === 'applied') outcomes.set(copy, { day, outcome })
}

function countedByDay(outcomes: ReadonlyMap<string, { day: string; outcome: string }>): Bronze['copies'] {
  const copies = new Map<string, Map<string, number>>()
  for (const { day, outcome } of outcomes.values()) {
    const ofDay = copies.get(day) ?? new Map<string, number>()
    copies.set(day, ofDay.set(outcome, (ofDay.get(outcome) ?? 0) + 1))
  }
  return copies
}
