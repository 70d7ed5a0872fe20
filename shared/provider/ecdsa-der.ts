/**
 * An ECDSA signature from DER (how OpenSSL and SendGrid write it) to r and s of equal length (what WebCrypto takes).
 *
 *   30 len  02 len r  02 len s
 *
 * Strict, as OpenSSL is: one encoding per signature. Lengths in the short form, integers positive and without padding
 * that is not needed, and nothing behind the sequence.
 */
export function rawFromDer(der: Uint8Array, width = 32): Uint8Array | undefined {
  if (der.length < 8 || der[0] !== 0x30 || der[1] !== der.length - 2 || der.length > 0x7f + 2) return undefined
  const r = integerAt(der, 2, width)
  if (!r) return undefined
  const s = integerAt(der, r.end, width)
  if (!s || s.end !== der.length) return undefined
  const raw = new Uint8Array(width * 2)
  raw.set(r.bytes, width - r.bytes.length)
  raw.set(s.bytes, width * 2 - s.bytes.length)
  return raw
}

function integerAt(der: Uint8Array, at: number, width: number): { bytes: Uint8Array; end: number } | undefined {
  const length = der[at + 1]
  if (der[at] !== 0x02 || length === undefined || length === 0 || length > width + 1) return undefined
  const end = at + 2 + length
  if (end > der.length) return undefined
  const [first, second] = [der[at + 2] as number, der[at + 3] as number]
  // The top bit is the sign: r and s are never negative.
  if (first >= 0x80) return undefined
  if (first !== 0) return length <= width ? { bytes: der.subarray(at + 2, end), end } : undefined
  // A zero in front belongs there only to keep the sign bit clear; zero itself is no signature.
  if (length === 1 || second < 0x80) return undefined
  return { bytes: der.subarray(at + 3, end), end }
}
