import { type CommitEnd, commitRound } from '../../platform/commit-round.ts'
import { handOut, heldRound } from '../../platform/handed-round.ts'
import { readLines } from '../../platform/lake-bronze.ts'
import { unknownRows } from '../../platform/lake-files.ts'
import { readDay, readRoot } from '../../platform/lake-manifest.ts'
import { writeParquet } from '../../platform/lake-parquet.ts'
import { expectationsOf } from '../../platform/quality-store.ts'
import { putRoundFile } from '../../platform/round-files.ts'
import { nameKeys } from '../../platform/round-names.ts'
import { settingsOf } from '../../platform/sealed-round.ts'
import type { RoundCalls, RoundEnd } from '../../scripts/lake/round-calls.ts'
import { roundCounts } from '../../scripts/lake/round-counts.ts'
import { askNames, isErased, type KnownName, keysOf, nameText } from '../../scripts/lake/round-lines.ts'
import { SILVER } from '../../shared/lake/columns.ts'
import { filesOfHour } from '../../shared/lake/manifest.ts'
import { splitLines } from '../../shared/lake/split-lines.ts'

/**
 * A compactor outside of the Worker without its engine, which does not run in workerd: every step of a round by what its
 * calls reach. That DuckDB makes the same rows is tried in Node (scripts/lake/compact-outside.test.ts).
 */
export interface OutsideCompactor {
  readonly workspace: string
  readonly by: string
  readonly now: number
  /** Between what it asked and what it commits. */
  readonly meanwhile?: () => Promise<unknown>
}

export async function outsideRound(
  env: Env,
  { workspace, by, now, meanwhile }: OutsideCompactor,
): Promise<CommitEnd['ends'] | 'nothing' | 'busy'> {
  const open = await handOut(env, { workspace, by }, now)
  if (typeof open === 'string') return open
  const { round, stream, hour } = open
  const settings = await settingsOf(env, workspace)
  const country = settings.identity.defaultCountry
  const lines = await readLines(
    env.LAKE,
    open.objects.map((name) => ({ stream, hour, name })),
  )
  const known = new Map<string, KnownName>()
  const calls = {
    async names(_: number, names) {
      const { keys, erased } = await nameKeys(env, workspace, names, now)
      return { keys: [...keys], erased: erased.map(([place, until]): [number, number | null] => [place, until]) }
    },
  } satisfies Partial<RoundCalls>
  await askNames(calls as unknown as RoundCalls, round, lines, country, known)
  const left = lines.filter((line) => !isErased(line, country, known))
  const erasedIn = [...new Set(lines.filter((line) => !left.includes(line)).map(({ object }) => object.name))]
  const keyOf = (name: Parameters<typeof nameText>[0]) => known.get(nameText(name))?.key ?? ''
  if (left.some((line) => keysOf(line, country, known).has(undefined as never))) throw new Error('a name was not asked')
  const partitions = splitLines(left, { settings, keyOf })
  const counts = roundCounts(await expectationsOf(env, workspace))
  counts.add(left, new Map(partitions.map(({ table, rows }) => [table, rows.map((row) => ({ row }))])))
  const { value: root } = await readRoot(env.LAKE, workspace)
  const [files, against]: [string[], string[]] = [[], []]
  for (const partition of partitions) {
    const { table, day, repeats } = partition
    const there = filesOfHour(await readDay(env.LAKE, root, day), table, partition.hour)
    against.push(...there.map(({ key }) => key))
    const rows = await unknownRows(env.LAKE, partition, there)
    if (rows.length === 0) continue
    const holding = await heldRound(env, { workspace, by, round }, now)
    if (!holding) return 'lost'
    const times = rows.map((row) => Number(row['received_at']))
    const about = { table, from: Math.min(...times), to: Math.max(...times), repeats }
    files.push(await putRoundFile(env, holding, writeParquet(SILVER[table], rows), about))
  }
  await meanwhile?.()
  const end: RoundEnd = { files, against, erasedIn, counts: counts.all() }
  return (await commitRound(env, { workspace, by, round, ...end }, now)).ends
}
