import { type BronzePlace, bronzeKey } from '../shared/lake/lake-key.ts'
import { gunzippedText } from './gzip-text.ts'
import { inPool } from './in-pool.ts'
import type { LakeObjects } from './lake-objects.ts'

/** Objects of bronze hold the lines of everybody; these are for one workspace's eyes. */

/** The lines of one workspace as they stand, NDJSON; undefined when the object is not there or holds none of them. */
export async function ownLines(bucket: LakeObjects, workspace: string, key: string): Promise<string | undefined> {
  const object = await bucket.get(key)
  if (!object) return undefined
  const lines = (await gunzippedText(object)).split('\n')
  const own = lines.filter((line) => isOf(workspace, line))
  return own.length > 0 ? `${own.join('\n')}\n` : undefined
}

function isOf(workspace: string, line: string): boolean {
  // Most lines of others are known without parsing them.
  if (!line.includes(`"${workspace}"`)) return false
  return (JSON.parse(line) as { workspace?: unknown }).workspace === workspace
}

/** Of these objects those that hold a line of the workspace. */
export async function ownPlaces(
  bucket: LakeObjects,
  workspace: string,
  places: readonly BronzePlace[],
): Promise<readonly BronzePlace[]> {
  const own = new Set<BronzePlace>()
  await inPool(places, AT_ONCE, async (place) => {
    if (await holds(bucket, workspace, bronzeKey(place.stream, place.hour, place.name))) own.add(place)
  })
  return places.filter((place) => own.has(place))
}

const AT_ONCE = 6

/**
 * What was found before, per isolate: an object is named after its copies, so the same name always holds the lines of the
 * same workspaces, or fewer once somebody is erased.
 */
const held = new Map<string, boolean>()
const MOST_HELD = 20_000

async function holds(bucket: LakeObjects, workspace: string, key: string): Promise<boolean> {
  const name = `${workspace}/${key}`
  const known = held.get(name)
  if (known !== undefined) return known
  const found = (await ownLines(bucket, workspace, key)) !== undefined
  if (held.size >= MOST_HELD) held.clear()
  held.set(name, found)
  return found
}
