import { gunzipSync, gzipSync } from 'node:zlib'

/**
 * Taking a person out of the archive. An object is replaced under its own key, so that a batch that is delivered again
 * meets it (create-only) and cannot write the lines back; one that is left without lines stays, as the gzip of nothing.
 */
export type IsTheirs = (line: Readonly<Record<string, unknown>>) => boolean

/** Looks through one page of bronze objects. Answers how many lines went, and where the next page starts (null: the end). */
export async function eraseFromArchive(
  env: Env,
  isTheirs: IsTheirs,
  cursor: string | null,
  limit = 50,
): Promise<{ readonly removed: number; readonly next: string | null }> {
  const page = await env.LAKE.list({ prefix: 'bronze/', limit, ...(cursor ? { cursor } : {}) })
  let removed = 0
  for (const { key } of page.objects) removed += await eraseFromObject(env, key, isTheirs)
  return { removed, next: page.truncated ? page.cursor : null }
}

async function eraseFromObject(env: Env, key: string, isTheirs: IsTheirs): Promise<number> {
  const object = await env.LAKE.get(key)
  if (!object) return 0
  const text = gunzipSync(new Uint8Array(await object.arrayBuffer())).toString('utf8')
  const lines = text.split('\n').filter((line) => line !== '')
  const kept = lines.filter((line) => !isTheirs(JSON.parse(line) as Record<string, unknown>))
  if (kept.length === lines.length) return 0
  const body = gzipSync(kept.map((line) => `${line}\n`).join(''))
  // Only over what was read: somebody else may have erased from it meanwhile, and then this is tried again.
  const replaced = await env.LAKE.put(key, body, {
    onlyIf: { etagMatches: object.etag },
    ...(object.httpMetadata ? { httpMetadata: object.httpMetadata } : {}),
  })
  if (replaced === null) throw new Error(`${key} changed while a person was taken out of it`)
  return lines.length - kept.length
}
