import type { z } from 'zod'
import type { LakeObjects } from './lake-objects.ts'

/** Small JSON objects of the lake, replaced by compare-and-swap: who read an older one than there is changes nothing. */
export interface Tagged<T> {
  readonly value: T
  /** Null: there is no such object yet. */
  readonly etag: string | null
}

/** @throws when the object is not what the schema says: nobody should build upon it */
export async function readTagged<T>(bucket: LakeObjects, key: string, schema: z.ZodType<T>): Promise<Tagged<T> | null> {
  const object = await bucket.get(key)
  if (!object) return null
  const read = schema.safeParse(JSON.parse(await object.text()))
  if (!read.success) throw new Error(`${key} is not readable: ${read.error.message}`)
  return { value: read.data, etag: object.etag }
}

/** Answers the new ETag, or null when the object is not the one that was read any more. */
export async function swapTagged(bucket: R2Bucket, key: string, value: unknown, etag: string | null) {
  const written = await bucket.put(key, JSON.stringify(value), {
    onlyIf: etag === null ? { etagDoesNotMatch: '*' } : { etagMatches: etag },
    httpMetadata: { contentType: 'application/json' },
  })
  return written?.etag ?? null
}
