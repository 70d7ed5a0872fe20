import { z } from 'zod'
import { inPool } from '../platform/in-pool.ts'
import { firstPlace, readArchive } from '../platform/read-archive.ts'
import { profileStub } from '../platform/stubs.ts'
import { isTransient } from '../platform/transient.ts'
import type { WorkspaceSettings } from '../shared/config/workspace-config.ts'
import type { CanonicalId } from '../shared/kernel/id.ts'
import { leavesOfLine, rebuildLineOf } from '../shared/message/rebuild-line.ts'
import { reasonOf } from './faults.ts'
import type { RebuildInput, Rebuilding } from './rebuild-input.ts'

/**
 * The archive, read through once for a page of people: both streams, hour by hour, each line put aside in the profile that
 * it speaks of. What arrives after the beginning needs no line: it is in the timelines, and those rows are kept.
 */
export const Scan = z.object({
  stream: z.enum(['events', 'effects', 'over']),
  hour: z.int(),
  cursor: z.string().nullable(),
  /** Instants of arrival, epoch ms. */
  from: z.int(),
  to: z.int(),
  /** How many steps were before: names the pages, so that a step that is repeated puts aside the same ones. */
  step: z.int(),
})
export type Scan = z.infer<typeof Scan>

interface Person {
  readonly id: string
  readonly leaves: readonly string[]
}

/** Objects in one step, and hours looked into while there are none. */
const OBJECTS = 10
const HOURS = 48
const AT_ONCE = 16
/** A row of an object may have 2 MB, and a character three bytes. */
const PAGE_CHARS = 500_000
/** Pages that a profile may be given in one step: a name for each that no other step has. */
const PAGES_PER_STEP = 10_000

/** From where there is something: nobody looks through years of empty hours. */
export async function firstScan(env: Env, { from: asked = 0 }: RebuildInput, now: number): Promise<Scan> {
  const oldest = await oldestHour(env)
  const from = Math.max(asked, oldest ?? now)
  return { stream: 'events', ...firstPlace(from), from: asked, to: now, step: 0 }
}

/** The start of the first hour of which the archive has anything, epoch ms. */
async function oldestHour(env: Env): Promise<number | undefined> {
  const hours: number[] = []
  for (const stream of ['events', 'effects']) {
    const { objects } = await env.LAKE.list({ prefix: `bronze/${stream}/`, limit: 1 })
    const [, day, hour] = /dt=(\d{4}-\d\d-\d\d)\/hr=(\d\d)\//.exec(objects[0]?.key ?? '') ?? []
    if (day !== undefined) hours.push(Date.parse(`${day}T${hour}:00:00Z`))
  }
  return hours.length > 0 ? Math.min(...hours) : undefined
}

export interface Staged {
  readonly scan: Scan
  readonly unreadable: number
  /** Who could not be given what is theirs. */
  readonly lost: readonly { readonly id: string; readonly reason: string }[]
}

/** One step. May be repeated: the same pages are written again. */
export async function stagePage(
  { env, job, workspace }: Rebuilding,
  settings: WorkspaceSettings,
  people: readonly Person[],
  scan: Scan,
): Promise<Staged> {
  const { lines, next } = await readOn(env, scan)
  const homes = new Map(people.flatMap(({ id, leaves }) => leaves.map((leaf) => [leaf, id] as const)))
  const pages = new Map<string, string[]>()
  let unreadable = 0
  for (const line of lines) {
    if (line['workspace'] !== workspace || !(Number(line['receivedAt']) >= scan.from)) continue
    const owners = new Set(leavesOfLine(line).flatMap((leaf) => homes.get(leaf) ?? []))
    if (owners.size === 0) continue
    const read = rebuildLineOf(line, settings)
    if (read === 'unreadable') unreadable += 1
    else if (read) for (const owner of owners) addTo(pages, owner, JSON.stringify(read))
  }
  const lost: { id: string; reason: string }[] = []
  await inPool([...pages], AT_ONCE, async ([id, mine]) => {
    try {
      const stub = profileStub(env, workspace, id as CanonicalId)
      // Whoever moved meanwhile says so at the end.
      for (const [i, page] of mine.entries())
        if (!(await stub.stageRebuild(job, scan.step * PAGES_PER_STEP + i, `[${page}]`))) return
    } catch (fault) {
      if (isTransient(fault)) throw fault
      lost.push({ id, reason: reasonOf(fault) })
    }
  })
  return { scan: next, unreadable, lost }
}

/** The last page of each list is the open one. */
function addTo(pages: Map<string, string[]>, id: string, text: string): void {
  const mine = pages.get(id)
  if (!mine) {
    pages.set(id, [text])
    return
  }
  const last = mine.length - 1
  const open = mine[last] as string
  if (open.length + text.length < PAGE_CHARS) mine[last] = `${open},${text}`
  else mine.push(text)
}

/** Lines of a few objects, and where the next step begins. Hours without any are passed over. */
async function readOn(env: Env, scan: Scan): Promise<{ readonly lines: readonly Line[]; readonly next: Scan }> {
  const { stream, to } = scan
  const step = scan.step + 1
  let place: { readonly hour: number; readonly cursor: string | null } = scan
  for (let hours = 0; stream !== 'over'; hours++) {
    const { lines, next } = await readArchive(env, stream, place, to, OBJECTS)
    if (next === null) {
      const start = firstPlace(Math.max(scan.from, (await oldestHour(env)) ?? to))
      const then = stream === 'events' ? { stream: 'effects' as const, ...start } : { stream: 'over' as const }
      return { lines, next: { ...scan, ...then, step } }
    }
    if (lines.length > 0 || hours >= HOURS) return { lines, next: { ...scan, ...next, step } }
    place = next
  }
  return { lines: [], next: scan }
}

type Line = Readonly<Record<string, unknown>>
