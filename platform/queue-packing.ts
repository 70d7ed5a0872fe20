/**
 * Filling queue messages. A message costs three operations per 64 KB begun, so parts are packed just under one step;
 * one that is larger by itself goes alone (a message may have 128,000 bytes).
 */
export const STEP_BYTES = 62_000
/** Of an ingest message: its opening is counted beside the parts, and the platform adds metadata. A larger item goes alone. */
export const MESSAGE_BYTES = 60_000
const MOST_PER_SEND = 100
/** sendBatch takes 256 KB in all; some of it is metadata. */
const BYTES_PER_SEND = 250_000

/** Groups JSON texts so that each group, joined by commas, stays under `bytes` where it can. Order is kept. */
export function packed(parts: readonly string[], bytes: number = STEP_BYTES): readonly (readonly string[])[] {
  const groups: string[][] = []
  let room = 0
  for (const part of parts) {
    const size = Buffer.byteLength(part) + 1
    if (size > room) {
      groups.push([])
      room = bytes
    }
    groups.at(-1)?.push(part)
    room -= size
  }
  return groups
}

/** Groups message bodies into sendBatch calls that respect both limits. */
export function sendGroups(bodies: readonly string[]): readonly (readonly string[])[] {
  const groups: string[][] = []
  let room = 0
  for (const body of bodies) {
    const size = Buffer.byteLength(body) + 100
    const last = groups.at(-1)
    if (!last || size > room || last.length >= MOST_PER_SEND) {
      groups.push([body])
      room = BYTES_PER_SEND - size
    } else {
      last.push(body)
      room -= size
    }
  }
  return groups
}

/** Sends texts to a queue, in as few calls as the limits allow. Rejects when any call does. */
export async function sendAll(queue: Queue, bodies: readonly string[]): Promise<void> {
  for (const group of sendGroups(bodies)) {
    await queue.sendBatch(group.map((body) => ({ body, contentType: 'text' as const })))
  }
}
