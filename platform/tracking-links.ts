import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { type Link, packLink, unpackLink } from '../shared/tracking/link.ts'

/**
 * Tokens of tracking links. Nobody can make or change one (AES-256-GCM with a tag of 128 bits), and nobody can read whom
 * it is about: that a link is followed is written into many a log on the way. In the clear, and authenticated, stand the
 * workspace and the generation of its key, so that a token opens without a look at any table.
 *
 * base64url of: 1 byte version · 2 bytes generation · 1 byte length and the workspace · 12 bytes nonce · 16 bytes tag · text
 */
const VERSION = 1
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** A target has 2,048 characters of at most three bytes; everything else is small. */
const MOST_TOKEN_CHARS = 12_000

/** HKDF costs more than the rest; a busy isolate serves few workspaces. */
const keys = new Map<string, Uint8Array>()
const MOST_KEYS = 1_000

function keyOf(secret: string, workspace: string, generation: number): Uint8Array {
  const name = `${secret}\n${workspace}\n${generation}`
  let key = keys.get(name)
  if (!key) {
    if (keys.size >= MOST_KEYS) keys.clear()
    const info = `tributary tracking link v1\n${workspace}\n${generation}`
    key = new Uint8Array(hkdfSync('sha256', secret, '', info, 32))
    keys.set(name, key)
  }
  return key
}

export function sealLink(secret: string, workspace: string, generation: number, link: Link): string {
  const name = Buffer.from(workspace)
  const opening = Buffer.from([VERSION, generation >> 8, generation & 255, name.byteLength, ...name])
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret, workspace, generation), nonce)
  cipher.setAAD(opening)
  const body = Buffer.concat([cipher.update(packLink(link), 'utf8'), cipher.final()])
  return Buffer.concat([opening, nonce, cipher.getAuthTag(), body]).toString('base64url')
}

export interface OpenedLink {
  readonly workspace: string
  readonly generation: number
  readonly link: Link
}

/** Undefined for every token that is not ours as we made it; whether it still holds is another question. */
export function openLink(secret: string, token: string): OpenedLink | undefined {
  if (token.length > MOST_TOKEN_CHARS || !/^[A-Za-z0-9_-]+$/.test(token)) return undefined
  const bytes = Buffer.from(token, 'base64url')
  const length = bytes[3] ?? 0
  const start = 4 + length
  const text = start + NONCE_BYTES + TAG_BYTES
  // The last character of base64url may have spare bits: one token has one spelling.
  if (bytes[0] !== VERSION || bytes.byteLength <= text || bytes.toString('base64url') !== token) return undefined
  const opening = bytes.subarray(0, start)
  const generation = ((bytes[1] as number) << 8) | (bytes[2] as number)
  const workspace = opening.subarray(4).toString('utf8')
  try {
    const key = keyOf(secret, workspace, generation)
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(start, start + NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    })
    decipher.setAAD(opening)
    decipher.setAuthTag(bytes.subarray(start + NONCE_BYTES, text))
    const opened = Buffer.concat([decipher.update(bytes.subarray(text)), decipher.final()]).toString('utf8')
    const link = unpackLink(opened)
    return link && { workspace, generation, link }
  } catch {
    return undefined // the tag does not fit: that is the answer, and not a fault
  }
}
