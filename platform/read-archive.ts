import { HOUR, toIso } from '../shared/kernel/instant.ts'
import { gunzippedText } from './gzip-text.ts'

/**
 * Reading the archive by time. An object stands under the hour of the earliest copy in it; a copy may be as much younger
 * as a batch may take, so the hour before a range is read as well.
 */
export interface ArchivePlace {
  /** Start of the hour, epoch milliseconds. */
  readonly hour: number
  /** R2's cursor within the hour. */
  readonly cursor: string | null
}

export function firstPlace(from: number): ArchivePlace {
  return { hour: Math.floor(from / HOUR) * HOUR - HOUR, cursor: null }
}

/** One page of objects' lines, and where the next begins: null beyond `to`. */
export async function readArchive(
  env: Env,
  stream: 'events' | 'effects',
  place: ArchivePlace,
  to: number,
  objects = 20,
): Promise<{ readonly lines: readonly Record<string, unknown>[]; readonly next: ArchivePlace | null }> {
  const at = toIso(place.hour)
  const prefix = `bronze/${stream}/dt=${at.slice(0, 10)}/hr=${at.slice(11, 13)}/`
  const page = await env.LAKE.list({ prefix, limit: objects, ...(place.cursor ? { cursor: place.cursor } : {}) })
  const lines: Record<string, unknown>[] = []
  for (const { key } of page.objects) lines.push(...(await linesOf(env, key)))
  if (page.truncated) return { lines, next: { hour: place.hour, cursor: page.cursor } }
  const next = place.hour + HOUR
  return { lines, next: next > to ? null : { hour: next, cursor: null } }
}

/** Objects of one hour that are named when the newest are looked for; a deployment that writes more shows a part of them. */
const MOST_NAMED = 3_000

/** The keys of the copies that arrived in that hour, what was written last first. */
export async function newestKeys(env: Env, hour: number): Promise<readonly string[]> {
  const at = toIso(hour)
  const prefix = `bronze/events/dt=${at.slice(0, 10)}/hr=${at.slice(11, 13)}/`
  const found: R2Object[] = []
  let cursor: string | undefined
  do {
    const page = await env.LAKE.list({ prefix, ...(cursor === undefined ? {} : { cursor }) })
    found.push(...page.objects)
    cursor = page.truncated ? page.cursor : undefined
  } while (cursor !== undefined && found.length < MOST_NAMED)
  return found.sort((a, b) => b.uploaded.getTime() - a.uploaded.getTime()).map(({ key }) => key)
}

export async function linesOf(env: Env, key: string): Promise<readonly Record<string, unknown>[]> {
  const object = await env.LAKE.get(key)
  if (!object) return []
  const text = await gunzippedText(object)
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Record<string, unknown>]))
}
