import { type Bucket, taken } from '../shared/config/token-bucket.ts'

/**
 * How often a source may send, kept in the isolate: nothing is read or written on the way of a request. Each isolate has
 * its own bucket, and a busy source is served by many, so the limit bounds what one of them lets through: it stops a
 * loop gone wild, and is no meter. (Cloudflare's rate limiting binding is per location instead of per isolate, but has
 * its limit in the deployment, not in a source's settings.)
 */
const MOST_BUCKETS = 10_000

const buckets = new Map<string, Bucket>()

/** 0 when the request may pass, else after how many seconds to come again. `now` in epoch milliseconds. */
export function waitFor(source: string, perMinute: number, now: number): number {
  const { bucket, waitSeconds } = taken(buckets.get(source), perMinute, now)
  if (!buckets.has(source) && buckets.size >= MOST_BUCKETS) {
    // The one that has been there longest; it begins with a full bucket should it come again.
    const [oldest] = buckets.keys()
    if (oldest !== undefined) buckets.delete(oldest)
  }
  buckets.set(source, bucket)
  return waitSeconds
}
