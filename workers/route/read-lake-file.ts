import { gzipSync } from 'node:zlib'
import { ownLines } from '../../platform/lake-own-lines.ts'
import { readLakeFile } from '../../shared/contract/read-lake-file.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { bronzePlace, isFileOf } from '../../shared/lake/lake-key.ts'
import { serve } from '../http/serve.ts'

const NO_FILE = failure('not_found', 'there is no such file in the lake of this workspace')

export const readLakeFileRoute = serve(readLakeFile, async ({ params: { key } }, { env, workspace, requestId }) => {
  const headers = { 'Cache-Control': 'private, no-store', 'X-Request-Id': requestId }
  if (key.startsWith('bronze/') && bronzePlace(key)) {
    const lines = await ownLines(env.LAKE, workspace, key)
    if (lines === undefined) return err(NO_FILE)
    return ok(new Response(gzipSync(lines), { headers: { ...headers, 'Content-Type': 'application/gzip' } }))
  }
  const object = isFileOf(workspace, key) ? await env.LAKE.get(key) : null
  if (!object) return err(NO_FILE)
  const type = object.httpMetadata?.contentType ?? 'application/octet-stream'
  const about = { 'Content-Type': type, 'Content-Length': String(object.size), ETag: object.httpEtag }
  return ok(new Response(object.body, { headers: { ...headers, ...about } }))
})
