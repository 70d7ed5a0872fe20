import type { Telling } from '../shared/audience/document-of.ts'
import { shardOf } from '../shared/audience/shard-of.ts'
import type { CanonicalId } from '../shared/kernel/id.ts'
import { log } from './log.ts'
import { audienceShards, audienceStub, profileStub } from './stubs.ts'

/** Characters of one call: RPC takes 32 MiB, and a shard writes it in one transaction. */
const MOST_CHARS = 4_000_000
/** Profiles that one shard makes look at themselves at once; there are many shards, and everybody else has to be served. */
const LOOKING_AT_ONCE = 4

/** What is told of one workspace's people after a batch. */
export interface News {
  /** As JSON. */
  readonly tellings: readonly { readonly id: string; readonly text: string }[]
  /** People of whom only counters moved. */
  readonly touched: readonly string[]
  /** They are to be asked at once. */
  readonly soon?: boolean
  readonly configVersion: number
}

/**
 * Documents go to their shards, one call each; who was only counted is noted in one row for all of them. A shard that
 * does not answer keeps nobody waiting: another one notes whom it missed, and asks them for it later.
 *
 * @throws when no shard can even note it: then the batch must come again
 */
export async function sendNews(env: Env, workspace: string, news: News): Promise<void> {
  const missed = await sendTexts(env, workspace, news.tellings)
  if (missed.length > 0) await touch(env, workspace, missed, news.configVersion, true)
  if (news.touched.length > 0) await touch(env, workspace, news.touched, news.configVersion, news.soon ?? false)
}

/** Answers whose documents were not taken. */
export function sendTellings(env: Env, workspace: string, tellings: readonly Telling[]): Promise<readonly string[]> {
  const texts = tellings.map((telling) => ({ id: telling.id, text: JSON.stringify(telling) }))
  return sendTexts(env, workspace, texts)
}

/** Erased people, for ever: no version of them comes back. @throws when a shard did not take it */
export async function buryDocuments(env: Env, workspace: string, ids: readonly string[]): Promise<void> {
  const version = Number.MAX_SAFE_INTEGER
  const missed = await sendTellings(
    env,
    workspace,
    ids.map((id) => ({ id, workspace, version, gone: true })),
  )
  if (missed.length > 0) throw new Error(`${missed.length} of ${ids.length} documents were not taken out`)
}

/** Answers whose documents were not taken. */
async function sendTexts(env: Env, workspace: string, tellings: News['tellings']): Promise<readonly string[]> {
  const shards = audienceShards(env)
  const groups = Map.groupBy(tellings, ({ id }) => shardOf(id, shards))
  const missed = await Promise.all(
    [...groups].map(async ([shard, group]) => {
      try {
        for (const part of parts(group)) await audienceStub(env, workspace, shard).upsert(`[${part.join(',')}]`)
        return []
      } catch (fault) {
        log.warn('audience: a shard did not take documents', {
          workspace_id: workspace,
          shard,
          documents: group.length,
          fault,
        })
        return group.map(({ id }) => id)
      }
    }),
  )
  return missed.flat()
}

function* parts(group: News['tellings']): Generator<readonly string[]> {
  let part: string[] = []
  let chars = 0
  for (const { text } of group) {
    if (part.length > 0 && chars + text.length > MOST_CHARS) {
      yield part
      part = []
      chars = 0
    }
    part.push(text)
    chars += text.length
  }
  if (part.length > 0) yield part
}

const NOTE_TRIES = 3

async function touch(
  env: Env,
  workspace: string,
  ids: readonly string[],
  configVersion: number,
  soon: boolean,
): Promise<void> {
  const shards = audienceShards(env)
  const first = shardOf(ids[0] as string, shards)
  for (let i = 0; ; i++) {
    try {
      return await audienceStub(env, workspace, (first + i) % shards).touch(ids, configVersion, soon)
    } catch (fault) {
      if (i + 1 >= NOTE_TRIES) throw fault
    }
  }
}

/**
 * Asks profiles how they are; with `build`, after they looked at themselves by that version of the configuration. Who
 * did not answer is in `failed`.
 */
export async function askProfiles(
  env: Env,
  workspace: string,
  ids: readonly string[],
  build: number,
): Promise<{ readonly tellings: Telling[]; readonly failed: string[] }> {
  const tellings: Telling[] = []
  const failed: string[] = []
  async function ask(id: string): Promise<void> {
    try {
      tellings.push(JSON.parse(await profileStub(env, workspace, id as CanonicalId).tell(build)) as Telling)
    } catch (fault) {
      log.warn('audience: a profile did not answer', { workspace_id: workspace, profile: id, fault })
      failed.push(id)
    }
  }
  for (let i = 0; i < ids.length; i += LOOKING_AT_ONCE) {
    await Promise.all(ids.slice(i, i + LOOKING_AT_ONCE).map(ask))
    // A timer, because a local workerd looks at its sockets only when no call between objects is left to carry out:
    // looking at two thousand people without a pause kept everybody else waiting for 15 seconds.
    await scheduler.wait(1)
  }
  return { tellings, failed }
}
