import { z } from 'zod'
import { HOUR, MINUTE } from '../kernel/instant.ts'
import { STREAMS } from './lake-key.ts'

/**
 * What of bronze is in silver, for the whole deployment (docs/lake.md). A round is written down before anything of it is
 * done, so that whoever carries it on after a crash carries out the very same one.
 */
export const OpenRound = z.object({
  round: z.int(),
  stream: z.enum(STREAMS),
  /** Start of the hour under which the objects stand, epoch milliseconds. */
  hour: z.int(),
  /** Names of bronze objects. */
  objects: z.array(z.string()).min(1),
  /** Who carries it out, and since when. */
  by: z.string(),
  at: z.int(),
  /** Handed out to a compactor outside of the Worker: that of this workspace, whose lines alone its objects hold. */
  handed: z
    .object({
      workspace: z.string(),
      /** When it was opened, epoch milliseconds: `at` is when it was last heard of. */
      since: z.int(),
      /** Of the files that come of it. */
      generation: z.int(),
      /** What it is to end with, once that is decided (`sealKey`): then whoever takes the round over carries that out. */
      sealed: z.string().optional(),
    })
    .optional(),
})
export type OpenRound = z.infer<typeof OpenRound>

export const Compaction = z.object({
  v: z.literal(1),
  /** The last round that was finished. */
  round: z.int(),
  open: OpenRound.nullable(),
  /** Every object of earlier hours was taken, but for those that `lake/late/` names. Epoch milliseconds. */
  closedBefore: z.object({ events: z.int(), effects: z.int() }),
  /** The last round that ended was one that was handed out: it is the Worker's turn, should somebody else wait. */
  handedLast: z.boolean().optional(),
})
export type Compaction = z.infer<typeof Compaction>

/** Names of the objects of an hour that were taken, and in which round. */
export const Taken = z.object({ v: z.literal(1), names: z.record(z.string(), z.int()) })
export type Taken = z.infer<typeof Taken>

/** What of bronze waited for compaction when the cron looked last, for the metrics: nobody lists for a scrape. */
export const Waiting = z.object({
  v: z.literal(1),
  /** When it looked, epoch milliseconds. */
  at: z.int(),
  /** When the oldest object that waits was written; null: none waits. */
  since: z.int().nullable(),
  objects: z.int(),
  /** Of workspaces whose settings cannot be read. */
  aside: z.int().default(0),
})
export type Waiting = z.infer<typeof Waiting>

/** The job that cron starts. */
export const COMPACTION_JOB = 'job_compact_lake'

/** The cron looks every minute; after so long it is thought to stand still. */
const LOOKED_MS = 3 * MINUTE

/**
 * How long the oldest thing that is not in silver has waited. When nobody looked for some minutes, as long as nobody did
 * at least: what is not looked at is not taken.
 */
export function lakeLagMs({ at, since }: Waiting, now: number): number {
  return Math.max(0, now - (since ?? (now - at > LOOKED_MS ? at : now)))
}

export const noCompaction: Compaction = { v: 1, round: 0, open: null, closedBefore: { events: 0, effects: 0 } }

/** An object that is written to its hour later than this after the hour's end is noted as late. */
export const LATE_MS = HOUR
/** A writer that found itself in time may take so long to write: no invocation lives longer. */
export const WRITING_MS = 20 * MINUTE
/** Who holds a round for so long without ending it is thought dead. */
export const ROUND_MS = 2 * MINUTE

/** Is an object of this hour, written now, late? */
export function isLate(hour: number, now: number): boolean {
  return now >= hour + HOUR + LATE_MS
}

/** From then on nothing is written to the hour any more without being noted as late. */
export function closesAt(hour: number): number {
  return hour + HOUR + LATE_MS + WRITING_MS
}

/** An object of bronze as it is listed. */
export interface Listed {
  readonly name: string
  readonly lines: number
  /** Uncompressed, as far as it is known. */
  readonly bytes: number
}

/** What one step may take: memory holds it several times over. */
export const ROUND_LIMITS = { lines: 10_000, bytes: 8_000_000, objects: 200 } as const

/** What a compactor outside may take at once: nobody else carries out a round that was handed out. */
export const HANDED_LIMITS = { lines: 100_000, bytes: 200_000_000, objects: 2_000 } as const
/** A round that was handed out is heard of at least so often, or thought dead (`ROUND_MS`); longer it is never held. */
export const HEARD_MS = MINUTE / 3
export const MOST_HANDED_MS = 10 * MINUTE
/** What others sent waits at most so long while rounds are handed out one after the other. */
export const FAIR_MS = 5 * MINUTE

/** The first objects that fit into one round; at least one, however large. */
export function pickRound(objects: readonly Listed[], limits: Limits = ROUND_LIMITS): readonly string[] {
  const picked: string[] = []
  let lines = 0
  let bytes = 0
  for (const object of objects) {
    lines += object.lines
    bytes += object.bytes
    if (picked.length > 0 && (lines > limits.lines || bytes > limits.bytes || picked.length >= limits.objects)) break
    picked.push(object.name)
  }
  return picked
}

export interface Limits {
  readonly lines: number
  readonly bytes: number
  readonly objects: number
}
