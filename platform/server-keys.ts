import { createHmac, timingSafeEqual } from 'node:crypto'
import { MAC_LENGTH } from '../shared/config/write-key.ts'
import { isSame } from './hashing.ts'

/**
 * Credentials of a server: an app key, which names the source, and a secret key, which proves it. Both are derived from
 * the deployment's secret, so nothing of them is stored, a made-up app key costs no read, and whoever reads the database
 * learns no key.
 *
 * `ak_<source>.<mac>` never changes; `sk_<43 characters>` (256 bits) is one per generation. Their labels keep them apart
 * from the MACs of write keys, which are over a bare source id.
 */
const APP_KEY = /^ak_([a-z0-9]{4,40})\.([A-Za-z0-9_-]{22})$/

export function appKeyOf(secret: string, sourceId: string): string {
  return `ak_${sourceId.slice('src_'.length)}.${mac(secret, 'app-key', sourceId).slice(0, MAC_LENGTH)}`
}

/** The source an app key names, or undefined when we never made it. */
export function sourceOfAppKey(secret: string, text: string): string | undefined {
  const m = APP_KEY.exec(text)
  if (!m) return undefined
  const sourceId = `src_${m[1]}`
  return isSame(appKeyOf(secret, sourceId), text) ? sourceId : undefined
}

export function secretKeyOf(secret: string, sourceId: string, generation: number): string {
  return `sk_${mac(secret, 'secret-key', sourceId, String(generation))}`
}

/** Whether a signature (hex) is HMAC-SHA256 under the secret key over timestamp, a dot and the body as it was sent. */
export function isSignedWith(secretKey: string, timestamp: string, body: Uint8Array, signature: string): boolean {
  const expected = createHmac('sha256', secretKey).update(`${timestamp}.`).update(body).digest()
  const given = Buffer.from(signature, 'hex')
  return given.byteLength === expected.byteLength && timingSafeEqual(expected, given)
}

function mac(secret: string, ...labels: readonly string[]): string {
  return createHmac('sha256', secret).update(labels.join('\u0000')).digest('base64url')
}
