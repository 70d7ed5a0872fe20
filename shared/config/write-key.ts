import { err, ok, type Result } from '../kernel/result.ts'

/**
 * A write key is `wk_<source>.<mac>`: the source's id without its `src_` prefix, and the first 22 base64url characters
 * of HMAC-SHA256(WRITE_KEY_SECRET, source id). The MAC lets the edge refuse a made-up key without reading anything.
 * Write keys are public (they stand in web pages) and may only send.
 */
export interface WriteKey {
  readonly sourceId: string
  readonly mac: string
}

export const MAC_LENGTH = 22

const SHAPE = /^wk_([a-z0-9]{4,40})\.([A-Za-z0-9_-]{22})$/

export function parseWriteKey(text: string): Result<WriteKey, 'malformed'> {
  const m = SHAPE.exec(text)
  return m ? ok({ sourceId: `src_${m[1]}`, mac: m[2] as string }) : err('malformed')
}

/** The text of a write key; `mac` is the base64url HMAC of the source id, cut to MAC_LENGTH by the caller. */
export function formatWriteKey(key: WriteKey): string {
  return `wk_${key.sourceId.slice('src_'.length)}.${key.mac}`
}
