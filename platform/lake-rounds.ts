import { DAY } from '../shared/kernel/instant.ts'
import { type Compaction, type OpenRound, ROUND_LIMITS } from '../shared/lake/compaction.ts'
import { bronzeKey, COMPACTION_KEY, lateKey, takenKey } from '../shared/lake/lake-key.ts'
import { inPool } from './in-pool.ts'
import { readTaken, type WaitingHour } from './lake-bronze.ts'
import { swapTagged, type Tagged } from './lake-json.ts'

/** What every round of compaction has in common, whoever carries it out (docs/lake.md, "Rounds"). */

/** R2 takes six connections of one invocation at once. */
const AT_ONCE = 6

/** Its objects are in silver: noted, and the round is over. Undefined when somebody else has taken it over. */
export async function finishRound(
  bucket: R2Bucket,
  state: Tagged<Compaction>,
  open: OpenRound,
): Promise<Tagged<Compaction> | undefined> {
  await markTaken(bucket, open)
  const { stream, hour } = open
  await bucket.delete(open.objects.map((name) => lateKey({ stream, hour, name })))
  return closeRound(bucket, state, open)
}

/** The round is over, whatever became of it: its number does not come again. */
export async function closeRound(
  bucket: R2Bucket,
  { value, etag }: Tagged<Compaction>,
  { round, handed }: OpenRound,
): Promise<Tagged<Compaction> | undefined> {
  const next: Compaction = { ...value, round, open: null, handedLast: handed !== undefined }
  const swapped = await swapTagged(bucket, COMPACTION_KEY, next, etag)
  return swapped === null ? undefined : { value: next, etag: swapped }
}

async function markTaken(bucket: R2Bucket, { stream, hour, objects, round }: OpenRound): Promise<void> {
  for (;;) {
    const { value, etag } = await readTaken(bucket, stream, hour)
    if (objects.every((name) => Object.hasOwn(value.names, name))) return
    const names = { ...Object.fromEntries(objects.map((name) => [name, round])), ...value.names }
    if ((await swapTagged(bucket, takenKey(stream, hour), { v: 1, names }, etag)) !== null) return
  }
}

/**
 * What is late is noted before it is written: only what is there may be taken. A note without an object, of a writer that
 * died in between, goes after a day.
 */
export async function arrived(bucket: R2Bucket, { stream, hour, objects }: WaitingHour, now: number) {
  const there: WaitingHour['objects'][number][] = []
  const oldestFirst = objects.toSorted((a, b) => a.at - b.at).slice(0, ROUND_LIMITS.objects)
  await inPool(oldestFirst, AT_ONCE, async (object) => {
    const place = { stream, hour, name: object.name }
    if (await bucket.head(bronzeKey(stream, hour, object.name))) there.push(object)
    else if (object.at < now - DAY) await bucket.delete(lateKey(place))
  })
  return there
}
