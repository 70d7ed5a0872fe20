import { z } from 'zod'
import { defaultSettings, type WorkspaceSettings } from '../shared/config/workspace-config.ts'
import { HOUR, parseInstant } from '../shared/kernel/instant.ts'
import { SILVER_TABLES } from '../shared/lake/columns.ts'
import type { Compaction } from '../shared/lake/compaction.ts'
import { sealKey } from '../shared/lake/lake-key.ts'
import { filesOfHour, LakeFile, type PartitionChange } from '../shared/lake/manifest.ts'
import { BORDERS, QUALITY_TABLES } from '../shared/quality/expectation.ts'
import { Tallies } from '../shared/quality/tally.ts'
import { ConfigStore } from './config-store.ts'
import type { Holding } from './handed-round.ts'
import { contentHash } from './hashing.ts'
import { readCompaction, readLines } from './lake-bronze.ts'
import { readSilver, unknownRows } from './lake-files.ts'
import { readTagged, type Tagged } from './lake-json.ts'
import { readDay, readRoot, swapRoot, writeSilver } from './lake-manifest.ts'
import { finishRound } from './lake-rounds.ts'
import { type GatedPart, type Holdable, heldOf, isHeldTable } from './quality-gate.ts'
import { withoutErased } from './without-erased.ts'

/** Some rows of one hour, as what the expectations of the workspace count of them. */
export const RoundCount = z.object({
  border: z.enum(BORDERS),
  table: z.enum(QUALITY_TABLES),
  hour: z.int(),
  tallies: Tallies,
  /** Objects in which the rows stand. */
  objects: z.array(z.string()),
})
export type RoundCount = z.infer<typeof RoundCount>

export const RoundFile = z.object({
  table: z.enum(SILVER_TABLES),
  day: z.string(),
  hour: z.string(),
  file: LakeFile,
})
export type RoundFile = z.infer<typeof RoundFile>

/** What a round that was handed out ends with: files that are there, and what its compactor knew when it made them. */
export const Seal = z.object({
  v: z.literal(1),
  files: z.array(RoundFile),
  /** Files of the same hours in which it looked for rows that are there already. */
  against: z.array(z.string()),
  /** Objects in which it found copies of people who were erased while these were on their way. */
  erasedIn: z.array(z.string()),
  counts: z.array(RoundCount),
})
export type Seal = z.infer<typeof Seal>

/** Writes down what a round is to end with. Answers the name under which the state has to know it. */
export async function writeSeal(env: Env, round: number, seal: Seal): Promise<string> {
  const text = JSON.stringify(seal)
  const key = sealKey(round, contentHash(text))
  await env.LAKE.put(key, text, { httpMetadata: { contentType: 'application/json' } })
  return key
}

/** The state after it, and how many partitions are held. Undefined when somebody else has the round now. */
export interface CarriedOut {
  readonly state: Tagged<Compaction>
  readonly held: number
}

/** Names the files of a sealed round in the manifest, at most once, and ends it. Begun again it does the same. */
export async function carryOutSealed(env: Env, { state, open }: Holding, now: number): Promise<CarriedOut | undefined> {
  const { round, by, handed } = open
  const { workspace, sealed = '' } = handed
  const { value: root } = await readRoot(env.LAKE, workspace)
  let held = 0
  if (root.round < round) {
    const seal = (await readTagged(env.LAKE, sealed, Seal))?.value
    if (!seal) throw new Error(`${sealed} is what round ${round} ends with, and is not there`)
    await takeOut(env, { state, open }, seal, now)
    const holds = await gated(env, { state, open }, seal, now)
    held = holds.size
    const named = seal.files.filter((file) => ![...holds].some((one) => isOf(one, file)))
    const changes = await changesOf(env, { state, open }, seal, named)
    await swapRoot(env.LAKE, workspace, changes, now, async (current) => {
      // Read after the root: whoever ended this round without us changed the root afterwards.
      const there = (await readCompaction(env.LAKE)).value.open
      return current.round < round && there?.round === round && there.by === by ? { round } : undefined
    })
    if ((await readRoot(env.LAKE, workspace)).value.round < round) return undefined
  }
  const ended = await finishRound(env.LAKE, state, open)
  if (!ended) return undefined
  await env.LAKE.delete(sealed)
  return { state: ended, held }
}

/** Copies of people who were erased while these were on their way go out of bronze, too. */
async function takeOut(env: Env, { open }: Holding, { erasedIn }: Seal, now: number): Promise<void> {
  if (erasedIn.length === 0) return
  const { workspace } = open.handed
  const places = erasedIn.map((name) => ({ stream: open.stream, hour: open.hour, name }))
  const settings = await settingsOf(env, workspace)
  await withoutErased(env, workspace, await readLines(env.LAKE, places), settings.identity.defaultCountry, now)
}

/** @throws while they cannot be read: an event is not read by guesses */
export async function settingsOf(env: Env, workspace: string): Promise<WorkspaceSettings> {
  const config = await new ConfigStore(env.DB).workspace(workspace)
  if (config === 'unreadable') throw new Error(`the settings of ${workspace} cannot be read`)
  return config === 'unknown' ? defaultSettings : config.settings
}

async function gated(env: Env, { open }: Holding, { counts, files }: Seal, now: number) {
  const parts = counts.map(
    ({ border, table, hour, tallies }): GatedPart => ({
      border,
      table,
      hour,
      tallies: () => tallies,
    }),
  )
  const holdables = partitionsOf(files).flatMap((those): Holdable[] => {
    const [{ table, ...place }] = those
    if (!isHeldTable(table)) return []
    const hour = hourOf(place)
    const names = counts.find((one) => one.table === table && one.hour === hour)?.objects ?? open.objects
    const places = names.map((name) => ({ stream: open.stream, hour: open.hour, name }))
    return [{ table, hour, rows: those.reduce((sum, { file }) => sum + file.rows, 0), places: () => places }]
  })
  return heldOf(env, { workspace: open.handed.workspace, parts, holdables, round: open.round, now })
}

function hourOf({ day, hour }: Pick<RoundFile, 'day' | 'hour'>): number {
  return (parseInstant(day) ?? 0) + Number(hour) * HOUR
}

function isOf(held: Holdable, file: RoundFile): boolean {
  return held.table === file.table && held.hour === hourOf(file)
}

function partitionsOf(files: readonly RoundFile[]): readonly (readonly [RoundFile, ...RoundFile[]])[] {
  return [...Map.groupBy(files, ({ table, day, hour }) => `${table}/${day}/${hour}`).values()] as [RoundFile][]
}

/** Where a file came that the compactor did not look into, what it holds already is left out. */
async function changesOf(env: Env, { open }: Holding, seal: Seal, files: readonly RoundFile[]) {
  const { workspace, generation } = open.handed
  const { value: root } = await readRoot(env.LAKE, workspace)
  const known = new Set(seal.against)
  const changes: PartitionChange[] = []
  for (const those of partitionsOf(files)) {
    const [{ table, day, hour }] = those
    const there = filesOfHour(await readDay(env.LAKE, root, day), table, hour).filter(({ key }) => !known.has(key))
    const repeats = those.reduce((sum, { file }) => sum + file.repeats, 0)
    const looked = table === 'index' ? [] : there.filter((file) => repeats > 0 || file.repeats > 0)
    const add: LakeFile[] = []
    for (const { file } of those) {
      if (looked.length === 0) {
        add.push(file)
        continue
      }
      const rows = await readSilver(env.LAKE, table, file)
      const left = await unknownRows(env.LAKE, { table, day, hour, rows, repeats }, looked)
      if (left.length === rows.length) add.push(file)
      else if (left.length > 0)
        add.push(await writeSilver(env.LAKE, workspace, table, left, { generation, repeats: file.repeats }))
    }
    if (add.length > 0) changes.push({ table, day, hour, add, remove: [] })
  }
  return changes
}
