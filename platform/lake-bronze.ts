import { Compaction, type Listed, noCompaction, Taken, Waiting } from '../shared/lake/compaction.ts'
import {
  type BronzePlace,
  bronzeKey,
  bronzePlace,
  bronzePrefix,
  COMPACTION_KEY,
  latePrefix,
  STREAMS,
  type Stream,
  takenKey,
  WAITING_KEY,
} from '../shared/lake/lake-key.ts'
import type { PlacedLine } from '../shared/lake/split-lines.ts'
import { gunzippedText } from './gzip-text.ts'
import { inPool } from './in-pool.ts'
import { readTagged, type Tagged } from './lake-json.ts'
import type { LakeObjects } from './lake-objects.ts'

/** Which objects of bronze there are, which were taken into silver, and what is in them. */
export async function readCompaction(bucket: R2Bucket): Promise<Tagged<Compaction>> {
  return (await readTagged(bucket, COMPACTION_KEY, Compaction)) ?? { value: noCompaction, etag: null }
}

/** Counts what waits, and notes it for the metrics. */
export async function noteWaiting(bucket: R2Bucket, closedBefore: Compaction['closedBefore'], now: number) {
  let since: number | null = null
  let [objects, aside] = [0, 0]
  for (const stream of STREAMS) {
    for await (const hour of waitingHours(bucket, stream, closedBefore[stream])) {
      const waits = hour.objects.filter((object) => (object.aside ?? 0) <= now)
      objects += waits.length
      aside += hour.objects.length - waits.length
      for (const { at } of waits) since = Math.min(since ?? at, at)
    }
  }
  const waiting: Waiting = { v: 1, at: now, since, objects, aside }
  await bucket.put(WAITING_KEY, JSON.stringify(waiting), { httpMetadata: { contentType: 'application/json' } })
  return waiting
}

/** What was noted last; null before the cron ran for the first time. */
export async function readWaiting(bucket: R2Bucket): Promise<Waiting | null> {
  return (await readTagged(bucket, WAITING_KEY, Waiting))?.value ?? null
}

export async function readTaken(bucket: R2Bucket, stream: Stream, hour: number): Promise<Tagged<Taken>> {
  return (await readTagged(bucket, takenKey(stream, hour), Taken)) ?? { value: { v: 1, names: {} }, etag: null }
}

/** Objects of one hour that were not taken. */
export interface WaitingHour {
  readonly stream: Stream
  readonly hour: number
  readonly objects: readonly WaitingObject[]
}

export interface WaitingObject extends Listed {
  /** When it was written, epoch milliseconds. */
  readonly at: number
  /** Whose lines alone it holds; undefined: of several workspaces, or nobody noted it. */
  readonly workspace?: string
  /** Before then nobody takes it (lake-aside.ts), epoch milliseconds. */
  readonly aside?: number
}

/**
 * Hours of a stream with what was not taken of them (of an open round, too: it is not done). What came late to hours
 * that are closed comes first, then hour by hour, oldest first; who has enough stops asking. `now`: without what is aside then.
 */
export async function* waitingHours(
  bucket: R2Bucket,
  stream: Stream,
  closedBefore: number,
  now = Number.POSITIVE_INFINITY,
): AsyncGenerator<WaitingHour> {
  const late = new Map<number, WaitingObject[]>()
  const aside = new Map<string, number>()
  for await (const { hour, name, note } of lateObjects(bucket, stream)) {
    const { aside: until } = waitingOf(name, note)
    if (until !== undefined) aside.set(`${hour}/${name}`, until)
    if (until !== undefined && until > now) continue
    if (hour >= closedBefore) continue // it is listed with its hour
    const held = late.get(hour)
    if (held) held.push(waitingOf(name, note))
    else late.set(hour, [waitingOf(name, note)])
  }
  for (const [hour, objects] of [...late].sort(([a], [b]) => a - b)) yield* untaken(bucket, { stream, hour, objects })
  let listed: { hour: number; objects: WaitingObject[] } | undefined
  for await (const [{ hour, name }, object] of listedSince(bucket, stream, closedBefore)) {
    if (listed && listed.hour !== hour) {
      yield* untaken(bucket, { stream, ...listed })
      listed = undefined
    }
    const until = aside.get(`${hour}/${name}`)
    if (until !== undefined && until > now) continue
    listed ??= { hour, objects: [] }
    listed.objects.push({ ...waitingOf(name, object), ...(until === undefined ? {} : { aside: until }) })
  }
  if (listed) yield* untaken(bucket, { stream, ...listed })
}

async function* untaken(bucket: R2Bucket, { stream, hour, objects }: WaitingHour): AsyncGenerator<WaitingHour> {
  const { names } = (await readTaken(bucket, stream, hour)).value
  const waiting = objects.filter(({ name }) => !Object.hasOwn(names, name))
  if (waiting.length > 0) yield { stream, hour, objects: waiting }
}

/** An object, and what its metadata say of what is in it. */
export interface BronzeObject extends BronzePlace {
  /** Whose lines alone it holds; undefined: of several workspaces, or nobody noted it. */
  readonly workspace?: string
  /** See applied-sums.ts; undefined: it has to be read. */
  readonly applied?: string
}

/** Every object that stands in an hour that is not closed, or came late to one that is: taken or not. */
export async function* objectsSince(
  bucket: R2Bucket,
  stream: Stream,
  closedBefore: number,
): AsyncGenerator<BronzeObject> {
  for await (const { hour, name, note } of lateObjects(bucket, stream)) {
    const { workspace } = note.customMetadata ?? {}
    // What was counted when the note was written may have been erased since.
    if (hour < closedBefore) yield { stream, hour, name, ...(workspace === undefined ? {} : { workspace }) }
  }
  for await (const [place, object] of listedSince(bucket, stream, closedBefore)) {
    const { workspace, applied } = object.customMetadata ?? {}
    yield {
      ...place,
      ...(workspace === undefined ? {} : { workspace }),
      ...(applied === undefined ? {} : { applied }),
    }
  }
}

async function* listedSince(bucket: R2Bucket, stream: Stream, closedBefore: number) {
  let cursor: string | undefined
  for (;;) {
    const page = await bucket.list({
      prefix: `bronze/${stream}/`,
      include: ['customMetadata'],
      ...(cursor ? { cursor } : { startAfter: bronzePrefix(stream, closedBefore) }),
    })
    for (const object of page.objects) {
      const place = bronzePlace(object.key)
      if (place) yield [place, object] as const
    }
    if (!page.truncated) return
    cursor = page.cursor
  }
}

/** Notes of objects that are written long after their hour (platform/archive.ts): there already, or in a moment. */
export async function* lateObjects(
  bucket: R2Bucket,
  stream: Stream,
): AsyncGenerator<BronzePlace & { readonly note: R2Object }> {
  let cursor: string | undefined
  for (;;) {
    const page = await bucket.list({
      prefix: latePrefix(stream),
      include: ['customMetadata'],
      ...(cursor ? { cursor } : {}),
    })
    for (const note of page.objects) {
      const place = bronzePlace(note.key)
      if (place) yield { ...place, note }
    }
    if (!page.truncated) return
    cursor = page.cursor
  }
}

/** Objects of before counted their lines: so many as a full batch has. */
const USUAL_LINES = 100

function waitingOf(name: string, object: R2Object): WaitingObject {
  const { lines, bytes, workspace, aside } = object.customMetadata ?? {}
  return {
    name,
    at: object.uploaded.getTime(),
    lines: Number(lines ?? USUAL_LINES),
    bytes: Number(bytes ?? object.size * 8),
    ...(workspace === undefined ? {} : { workspace }),
    ...(aside === undefined ? {} : { aside: Number(aside) }),
  }
}

/** The lines of objects, in the order of the objects. One that is gone has none. */
export async function readLines(bucket: LakeObjects, places: readonly BronzePlace[]): Promise<readonly PlacedLine[]> {
  const read = new Map<BronzePlace, readonly PlacedLine[]>()
  await inPool(places, AT_ONCE, async (object) => {
    const body = await bucket.get(bronzeKey(object.stream, object.hour, object.name))
    if (body) read.set(object, parseLines(await gunzippedText(body), object))
  })
  return places.flatMap((place) => read.get(place) ?? [])
}

/** R2 takes six connections of one invocation at once. */
const AT_ONCE = 6

/** Numbered as they stand: a line that was erased is empty, and the others keep their numbers. */
function parseLines(text: string, object: BronzePlace): readonly PlacedLine[] {
  const lines = text.split('\n')
  return lines.flatMap((line, n) => (line === '' ? [] : [{ object, n, line: JSON.parse(line) as PlacedLine['line'] }]))
}
