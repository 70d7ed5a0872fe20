import { err, ok, type Result } from '../kernel/result.ts'

/**
 * A write key is `wk_<source>.<mac>`: the source's id without its `src_` prefix, and the first 22 base64url characters
 * of HMAC-SHA256(WRITE_KEY_SECRET, source id). The MAC lets the edge refuse a made-up key without reading anything.
 * After a rotation it is `wk_<source>-<generation>.<mac>`, the generation being under the MAC too: which generations are
 * accepted stands in the source's configuration, that the edge has at hand anyway.
 * Write keys are public (they stand in web pages) and may only send.
 */
export interface WriteKey {
  readonly sourceId: string
  /** 1 is the first, whose key does not name it. */
  readonly generation: number
  readonly mac: string
}

export const MAC_LENGTH = 22

const SHAPE = /^wk_([a-z0-9]{4,40})(?:-([2-9]|[1-9]\d{1,5}))?\.([A-Za-z0-9_-]{22})$/

export function parseWriteKey(text: string): Result<WriteKey, 'malformed'> {
  const m = SHAPE.exec(text)
  return m ? ok({ sourceId: `src_${m[1]}`, generation: Number(m[2] ?? 1), mac: m[3] as string }) : err('malformed')
}

/** The text of a write key; `mac` is the base64url HMAC of `signedByWriteKey`, cut to MAC_LENGTH by the caller. */
export function formatWriteKey({ sourceId, generation, mac }: WriteKey): string {
  return `wk_${signedByWriteKey(sourceId, generation).slice('src_'.length)}.${mac}`
}

/** What the MAC is over. Ids have no hyphen, so no two keys sign the same text. */
export function signedByWriteKey(sourceId: string, generation: number): string {
  return generation === 1 ? sourceId : `${sourceId}-${generation}`
}
