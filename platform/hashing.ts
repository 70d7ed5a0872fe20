import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { formatWriteKey, MAC_LENGTH, parseWriteKey, signedByWriteKey } from '../shared/config/write-key.ts'

/** Keyed and plain hashes. node:crypto, because it is synchronous: a promise per identifier costs more than the hash. */

/** The MAC in a source's write key of this generation. */
export function macOfSource(secret: string, sourceId: string, generation = 1): string {
  return createHmac('sha256', secret)
    .update(signedByWriteKey(sourceId, generation))
    .digest('base64url')
    .slice(0, MAC_LENGTH)
}

export function mintWriteKey(secret: string, sourceId: string, generation = 1): string {
  return formatWriteKey({ sourceId, generation, mac: macOfSource(secret, sourceId, generation) })
}

export interface KeyOwner {
  readonly sourceId: string
  readonly generation: number
}

/** Keys that were found to be ours, by secret and text: a busy isolate sees few, thousands of times a second. */
const owners = new Map<string, KeyOwner>()
const MOST_OWNERS = 5_000

/** The source and generation a write key speaks for, or undefined when its MAC is not ours. Constant time in the MAC. */
export function ownerOfWriteKey(secret: string, text: string): KeyOwner | undefined {
  const name = `${secret}\n${text}`
  const known = owners.get(name)
  if (known) return known
  const key = parseWriteKey(text)
  if (!key.ok) return undefined
  const { sourceId, generation, mac } = key.value
  if (!isSame(macOfSource(secret, sourceId, generation), mac)) return undefined
  const owner = { sourceId, generation }
  // Only what is right is kept: nobody can fill this with keys that they made up.
  if (owners.size >= MOST_OWNERS) owners.delete(owners.keys().next().value as string)
  owners.set(name, owner)
  return owner
}

/** The source a write key speaks for, or undefined when its MAC is not ours. */
export function sourceOfWriteKey(secret: string, text: string): string | undefined {
  return ownerOfWriteKey(secret, text)?.sourceId
}

/** Compares texts in a time that depends on their lengths only. */
export function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)]
  return a.byteLength === b.byteLength && timingSafeEqual(a, b)
}

/** How a token is kept: SHA-256 in hex. Tokens are 256 random bits, so a slow hash would add nothing. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** 128 bits of SHA-256 in hex, for content-addressed names. */
export function contentHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

/**
 * The graph's key of an identifier: 16 bytes of HMAC-SHA256 under the deployment's secret and the workspace, in
 * base64url (22 characters). The graph holds no e-mail address in the clear; the profile does.
 */
export function identifierKey(secret: string, workspace: string, type: string, value: string): string {
  return createHmac('sha256', secret).update(`${workspace}\u0000${type}\u0000${value}`).digest('base64url').slice(0, 22)
}
