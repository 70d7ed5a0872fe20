/**
 * Identifiers that Tributary makes. A canonical ID is `prf_` + ULID (26 characters of Crockford base 32: 48 bits of
 * milliseconds, 80 random bits), so that text order is age order and "the older one" is a total order.
 * https://github.com/ulid/spec
 */
export type CanonicalId = string & { readonly __brand: 'CanonicalId' }

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A ULID from a time in epoch milliseconds and ten random bytes. */
export function ulid(at: number, random: Uint8Array): string {
  let time = ''
  for (let rest = Math.max(0, Math.trunc(at)), i = 0; i < 10; i++, rest = Math.floor(rest / 32)) {
    time = ALPHABET[rest % 32] + time
  }
  let tail = ''
  let bits = 0
  let buffer = 0
  for (let i = 0; i < 10; i++) {
    buffer = (buffer << 8) | (random[i] as number)
    bits += 8
    while (bits >= 5) {
      bits -= 5
      tail += ALPHABET[(buffer >> bits) & 31]
      buffer &= (1 << bits) - 1
    }
  }
  return time + tail
}

export function canonicalId(at: number, random: Uint8Array): CanonicalId {
  return `prf_${ulid(at, random)}` as CanonicalId
}

const CANONICAL_ID = /^prf_[0-7][0-9A-HJKMNP-TV-Z]{25}$/

export function isCanonicalId(text: string): text is CanonicalId {
  return CANONICAL_ID.test(text)
}

/** What a workspace may be called (contracts/http.md); it is part of object names and archive keys. */
export const WORKSPACE_ID = /^[a-z0-9][a-z0-9-]{1,62}$/
