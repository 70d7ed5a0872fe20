import { gzipSync } from 'node:zlib'
import { MINUTE } from '../shared/kernel/instant.ts'
import type { Compaction, OpenRound } from '../shared/lake/compaction.ts'
import { bronzeKey, COMPACTION_KEY, lateKey } from '../shared/lake/lake-key.ts'
import type { PlacedLine } from '../shared/lake/split-lines.ts'
import { ConfigStore } from './config-store.ts'
import { eraseFromObject } from './erase-archive.ts'
import { gunzippedText } from './gzip-text.ts'
import { contentHash } from './hashing.ts'
import { swapTagged, type Tagged } from './lake-json.ts'
import { closeRound } from './lake-rounds.ts'
import { log } from './log.ts'

/**
 * Lines of a workspace whose settings cannot be read go aside, so that nobody else waits for them: an event is not read by
 * guesses. They stay in bronze, in objects of their own, which are noted like late ones with the time before which they are
 * not looked at again, so that hours are closed over them; readers see them in the tail.
 */
export const ASIDE_MS = 10 * MINUTE

export interface Opened {
  readonly state: Tagged<Compaction>
  readonly open: OpenRound
}

/** Those whose settings are there and are not what they should be. @throws when nothing can be read at all */
export async function unreadableAmong(env: Env, workspaces: Iterable<string>): Promise<readonly string[]> {
  const configs = new ConfigStore(env.DB)
  const unreadable: string[] = []
  for (const workspace of workspaces) {
    if ((await configs.workspace(workspace)) !== 'unreadable') continue
    // A database that does not answer says nothing about them.
    await env.DB.prepare('SELECT 1 FROM workspaces WHERE id = ?').bind(workspace).first()
    unreadable.push(workspace)
  }
  return unreadable
}

/**
 * The round without their lines. Objects that hold nobody else's leave it; of others the lines go into objects of their own.
 * `over`: nothing is left of it. Undefined when somebody else has it now. Begun again it does the same.
 */
export async function setAside(
  env: Env,
  { state, open }: Opened,
  groups: ReadonlyMap<string, readonly PlacedLine[]>,
  unreadable: readonly string[],
  now: number,
): Promise<Opened | { readonly over: Tagged<Compaction> } | undefined> {
  const namesOf = (workspace: string) => new Set((groups.get(workspace) ?? []).map(({ object }) => object.name))
  const others = new Set(
    [...groups.keys()].filter((one) => !unreadable.includes(one)).flatMap((one) => [...namesOf(one)]),
  )
  const leaving = new Set<string>()
  for (const workspace of unreadable) {
    const names = namesOf(workspace)
    log.error('compaction: the settings of a workspace cannot be read, its lines go aside', {
      workspace_id: workspace,
      objects: names.size,
    })
    for (const name of names) {
      if (others.has(name)) await split(env, open, workspace, name, now)
      else if (unreadable.every((one) => one === workspace || !namesOf(one).has(name))) {
        await noteAside(env, open, name, workspace, now)
        leaving.add(name)
      } else await split(env, open, workspace, name, now)
    }
  }
  const objects = open.objects.filter((name) => !leaving.has(name))
  if (objects.length === open.objects.length) return { state, open }
  if (objects.length === 0) {
    const over = await closeRound(env.LAKE, state, open)
    return over && { over }
  }
  const less = { ...open, objects }
  const value: Compaction = { ...state.value, open: less }
  const etag = await swapTagged(env.LAKE, COMPACTION_KEY, value, state.etag)
  return etag === null ? undefined : { state: { value, etag }, open: less }
}

/** Written before they are taken out, so that they are twice for a moment and never nowhere: readers know a copy by its id. */
async function split(env: Env, open: OpenRound, workspace: string, name: string, now: number): Promise<void> {
  const { stream, hour } = open
  const key = bronzeKey(stream, hour, name)
  const isTheirs = (line: Readonly<Record<string, unknown>>) => line['workspace'] === workspace
  const lines: string[] = []
  const object = await env.LAKE.get(key)
  for (const text of object ? (await gunzippedText(object)).split('\n') : []) {
    const line = text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>)
    // Should the settings be mended between the two, both are taken: silver looks for a copy that says it came again.
    if (line && isTheirs(line)) lines.push(JSON.stringify({ ...line, redelivered: true }))
  }
  if (lines.length === 0) return
  const own = contentHash(`${name} ${workspace}`)
  const text = `${lines.join('\n')}\n`
  const metadata = { lines: String(lines.length), bytes: String(text.length), workspace }
  await putNote(env, open, own, metadata, now)
  await env.LAKE.put(bronzeKey(stream, hour, own), gzipSync(text), {
    onlyIf: { etagDoesNotMatch: '*' },
    httpMetadata: { contentType: 'application/x-ndjson', contentEncoding: 'gzip' },
    customMetadata: metadata,
  })
  await eraseFromObject(env.LAKE, key, isTheirs)
}

async function noteAside(env: Env, open: OpenRound, name: string, workspace: string, now: number): Promise<void> {
  const known = (await env.LAKE.head(bronzeKey(open.stream, open.hour, name)))?.customMetadata
  await putNote(env, open, name, { ...known, workspace }, now)
}

async function putNote(
  env: Env,
  { stream, hour }: OpenRound,
  name: string,
  metadata: Readonly<Record<string, string>>,
  now: number,
): Promise<void> {
  const customMetadata = { ...metadata, aside: String(now + ASIDE_MS) }
  await env.LAKE.put(lateKey({ stream, hour, name }), '', { customMetadata })
}
