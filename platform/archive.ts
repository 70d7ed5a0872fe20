import { gzipSync } from 'node:zlib'
import { toIso } from '../shared/kernel/instant.ts'
import { contentHash } from './hashing.ts'

/** One line of a bronze object: a copy as accepted, and what became of it. Readers deduplicate by copyId. */
export interface BronzeLine {
  readonly copyId: string
  readonly receivedAt: number
  readonly [field: string]: unknown
}

/**
 * Writes one bronze object: gzip NDJSON under a content-addressed key, create-only, so that a redelivered batch meets
 * its own object and a re-mixed one repeats copies that readers know. Partitioned by the earliest arrival in it.
 */
export async function archive(env: Env, stream: 'events' | 'effects', lines: readonly BronzeLine[]): Promise<string> {
  const earliest = lines.reduce((least, line) => Math.min(least, line.receivedAt), Number.POSITIVE_INFINITY)
  const [day, hour] = [toIso(earliest).slice(0, 10), toIso(earliest).slice(11, 13)]
  const name = contentHash(
    lines
      .map((line) => line.copyId)
      .sort()
      .join('\n'),
  )
  const key = `bronze/${stream}/dt=${day}/hr=${hour}/${name}.ndjson.gz`
  const body = gzipSync(lines.map((line) => JSON.stringify(line)).join('\n') + '\n')
  await env.LAKE.put(key, body, {
    onlyIf: { etagDoesNotMatch: '*' },
    httpMetadata: { contentType: 'application/x-ndjson', contentEncoding: 'gzip' },
  })
  return key
}
