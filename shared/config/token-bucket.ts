/**
 * A bucket that holds a minute's worth of requests and fills up evenly: short bursts pass, a steady excess does not.
 * @law in any stretch of time there pass at most a full bucket and what flowed in during that time
 * @law whoever waits as long as he was told gets through, if nobody else comes
 */
export interface Bucket {
  readonly left: number
  /** Epoch milliseconds. */
  readonly at: number
}

const MINUTE = 60_000

/** One request more at `now`: the bucket afterwards, and 0, or after how many whole seconds to come again. */
export function taken(
  before: Bucket | undefined,
  perMinute: number,
  now: number,
): { readonly bucket: Bucket; readonly waitSeconds: number } {
  const passed = before ? Math.max(0, now - before.at) : 0
  const left = before ? Math.min(perMinute, before.left + (passed * perMinute) / MINUTE) : perMinute
  // A clock that went back must not fill the bucket a second time.
  const at = before ? Math.max(before.at, now) : now
  if (left >= 1) return { bucket: { left: left - 1, at }, waitSeconds: 0 }
  return { bucket: { left, at }, waitSeconds: Math.max(1, Math.ceil(((1 - left) * MINUTE) / perMinute / 1_000)) }
}
