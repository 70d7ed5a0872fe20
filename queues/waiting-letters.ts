import { isObject, type JsonObject, jsonOf } from '../shared/kernel/json.ts'

/** A copy that waits as a dead letter: what is sent in its place, and the letters that are off the list once it was. */
export interface WaitingLetter {
  readonly ids: readonly string[]
  readonly ingest: JsonObject
}

type Line = Readonly<Record<string, unknown>>

/**
 * The letters in which lines of the archive still wait, by `letterKey`. The newest counts: it is what somebody mended. What a
 * destination or the effects queue did not take was applied, and is no copy.
 */
export async function waitingLetters(
  env: Env,
  workspace: string,
  lines: readonly Line[],
): Promise<ReadonlyMap<string, WaitingLetter>> {
  const letters = new Map<string, WaitingLetter>()
  const messageIds = lines.filter(({ outcome }) => outcome === 'dead_letter').map(({ messageId }) => messageId)
  if (messageIds.length === 0) return letters
  const { results } = await env.DB.prepare(
    `SELECT id, message_id AS messageId, body FROM dead_letters
     WHERE workspace = ? AND stage NOT IN ('destination', 'effects') AND message_id IN (SELECT value FROM json_each(?))
     ORDER BY kept_at, id`,
  )
    .bind(workspace, JSON.stringify(messageIds))
    .all<{ id: string; messageId: string; body: string }>()
  for (const { id, messageId, body } of results) {
    const ingest = jsonOf(body)
    if (!isObject(ingest)) continue
    const key = letterKey({ source: ingest['source'], messageId })
    letters.set(key, { ids: [...(letters.get(key)?.ids ?? []), id], ingest })
  }
  return letters
}

export function letterKey({ source, messageId }: Line): string {
  return JSON.stringify([source, messageId])
}

export async function takeOffTheList(env: Env, workspace: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await env.DB.prepare('DELETE FROM dead_letters WHERE workspace = ? AND id IN (SELECT value FROM json_each(?))')
    .bind(workspace, JSON.stringify(ids))
    .run()
}
