import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/**
 * Texts that must be kept and never be shown: AES-256-GCM under a key derived (HKDF) from the deployment's secret. The
 * place a text belongs to is authenticated with it, so that a row cannot be given another row's secret.
 * `v1.<base64url of nonce, tag, ciphertext>`
 */
const VERSION = 'v1.'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** HKDF costs more than the encryption; a deployment has one secret. */
let derived: { readonly from: string; readonly key: Uint8Array } | undefined

function keyFrom(secret: string): Uint8Array {
  if (derived?.from !== secret) {
    derived = { from: secret, key: new Uint8Array(hkdfSync('sha256', secret, '', 'tributary configuration v1', 32)) }
  }
  return derived.key
}

/** @param place what the text belongs to, e.g. `acme/src_abc` */
export function seal(secret: string, place: string, text: string): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', keyFrom(secret), nonce)
  cipher.setAAD(Buffer.from(place))
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return VERSION + Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')
}

/** @throws when the text was not sealed under this secret, for this place */
export function unseal(secret: string, place: string, sealed: string): string {
  if (!sealed.startsWith(VERSION)) throw new Error(`a sealed text of ${place} has an unknown form`)
  const bytes = Buffer.from(sealed.slice(VERSION.length), 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', keyFrom(secret), bytes.subarray(0, NONCE_BYTES))
  decipher.setAAD(Buffer.from(place))
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')
}
