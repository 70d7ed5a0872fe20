import { gzipSync } from 'node:zlib'
import { bronzeKey, STREAMS } from '../shared/lake/lake-key.ts'
import type { DayManifest } from '../shared/lake/manifest.ts'
import type { ErasedPerson } from './erased-person.ts'
import { gunzippedText } from './gzip-text.ts'
import { readCompaction, waitingHours } from './lake-bronze.ts'
import { readSilver } from './lake-files.ts'
import { readDay, readRoot } from './lake-manifest.ts'

/**
 * Taking a person out of bronze. What is in silver is found by the hourly index; what is not is looked through. An object
 * is replaced under its own key, so that a batch that is delivered again meets it (create-only) and cannot write the lines
 * back; a line that goes leaves an empty one, since the index counts lines.
 */
export type IsTheirs = (line: Readonly<Record<string, unknown>>) => boolean

export interface Erasing {
  readonly removed: number
  /** Where to go on; null: the end. */
  readonly next: string | null
}

/** Objects that are looked through in one step. */
const PAGE = 50

/**
 * One page. What is not in silver comes first: while it is looked through it may be taken in, and then the index knows it.
 * Places: `tail:<key>` after an object, `day:<day>` a day of the index.
 */
export async function eraseFromArchive(
  env: Env,
  workspace: string,
  person: ErasedPerson,
  isTheirs: IsTheirs,
  at: string | null,
): Promise<Erasing> {
  const bucket = env.LAKE
  if (at === null || at.startsWith('tail:')) {
    const keys = (await tailKeys(bucket)).filter((key) => key > (at ?? '').slice('tail:'.length)).slice(0, PAGE)
    let removed = 0
    for (const key of keys) removed += await eraseFromObject(bucket, key, isTheirs)
    const last = keys.at(-1)
    return { removed, next: keys.length === PAGE && last !== undefined ? `tail:${last}` : 'day:' }
  }
  const { value: root } = await readRoot(bucket, workspace)
  const after = at.slice('day:'.length)
  const day = Object.keys(root.days)
    .sort()
    .find((one) => one > after)
  if (day === undefined) return { removed: 0, next: null }
  let removed = 0
  const found = await indexedLines(bucket, await readDay(bucket, root, day), person)
  for (const key of found.objects) removed += await eraseFromObject(bucket, key, isTheirs)
  return { removed, next: `day:${day}` }
}

async function tailKeys(bucket: R2Bucket): Promise<readonly string[]> {
  const { closedBefore } = (await readCompaction(bucket)).value
  const keys: string[] = []
  for (const stream of STREAMS) {
    for await (const { hour, objects } of waitingHours(bucket, stream, closedBefore[stream]))
      for (const { name } of objects) keys.push(bronzeKey(stream, hour, name))
  }
  return keys.sort()
}

/** What the index of a day knows of a person: objects of bronze, and hours of silver. */
export async function indexedLines(bucket: R2Bucket, day: DayManifest, { indexKeys }: ErasedPerson) {
  const objects = new Set<string>()
  const hours = new Set<string>()
  for (const [hour, files] of Object.entries(day.tables.index ?? {})) {
    for (const file of files) {
      for (const row of await readSilver(bucket, 'index', file, ['key', 'object'])) {
        if (!indexKeys.has(String(row['key']))) continue
        objects.add(String(row['object']))
        hours.add(hour)
      }
    }
  }
  return { objects, hours }
}

/** Answers how many lines went. @throws when somebody else changed the object meanwhile: then it is tried again */
export async function eraseFromObject(bucket: R2Bucket, key: string, isTheirs: IsTheirs): Promise<number> {
  const object = await bucket.get(key)
  if (!object) return 0
  const lines = (await gunzippedText(object)).split('\n')
  const kept = lines.map((line) => (line === '' || !isTheirs(JSON.parse(line) as Record<string, unknown>) ? line : ''))
  const removed = kept.filter((line, n) => line !== lines[n]).length
  if (removed === 0) return 0
  const isEmpty = kept.every((line) => line === '')
  // What was counted of it is not so any more.
  const { applied: _, ...metadata } = object.customMetadata ?? {}
  const replaced = await bucket.put(key, gzipSync(isEmpty ? '' : kept.join('\n')), {
    onlyIf: { etagMatches: object.etag },
    ...(object.httpMetadata ? { httpMetadata: object.httpMetadata } : {}),
    customMetadata: { ...metadata, erased: 'true' },
  })
  if (replaced === null) throw new Error(`${key} changed while a person was taken out of it`)
  return removed
}
