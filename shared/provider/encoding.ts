/**
 * Strict readers of the encodings signatures come in. Each answers undefined for anything that is not exactly the
 * canonical form: two texts that decode to the same bytes would be two names for one signature.
 */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const HEX = /^(?:[0-9a-fA-F]{2})+$/

export function fromBase64(text: string): Uint8Array | undefined {
  if (text === '' || !BASE64.test(text)) return undefined
  const bare = text.replace(/=+$/, '')
  const bytes = new Uint8Array(Math.floor((bare.length * 3) / 4))
  let [bits, held, at] = [0, 0, 0]
  for (const char of bare) {
    bits = (bits << 6) | ALPHABET.indexOf(char)
    held += 6
    if (held < 8) continue
    held -= 8
    bytes[at++] = (bits >> held) & 0xff
    bits &= (1 << held) - 1
  }
  // What is left over must be zero, or another text would mean the same bytes.
  return bits === 0 ? bytes : undefined
}

/** A key as people paste it: the padding may be missing, and the URL alphabet is as good. */
export function fromPastedBase64(text: string): Uint8Array | undefined {
  const plain = text.trim().replace(/-/g, '+').replace(/_/g, '/').replace(/=+$/, '')
  return fromBase64(plain + '='.repeat((4 - (plain.length % 4)) % 4))
}

export function fromHex(text: string): Uint8Array | undefined {
  if (!HEX.test(text)) return undefined
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(i * 2, i * 2 + 2), 16)
  return bytes
}

export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}

/** A whole number of seconds or milliseconds in plain digits: `1e9`, `+5` and ` 5` are none. */
export function fromDigits(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}
