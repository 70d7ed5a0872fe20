/**
 * Web push: a message that only the browser can read (RFC 8291 over RFC 8188, `aes128gcm`), and the proof of who sent it
 * (VAPID, RFC 8292). WebCrypto throughout, which every runtime has alike.
 */
export interface PushKeys {
  /** The browser's public key, `p256dh`, and its secret, `auth`; base64url. */
  readonly publicKey: string
  readonly auth: string
}

/** A pair of P-256 keys, base64url: the uncompressed point and the number. */
export interface KeyPair {
  readonly publicKey: string
  readonly privateKey: string
}

/** What fits into the one record that push services take. */
export const MOST_PLAINTEXT = 3_993

/**
 * @param sender made for this message alone
 * @param salt 16 random bytes, base64url
 */
export async function encryptPush(
  plaintext: string,
  receiver: PushKeys,
  sender: KeyPair,
  salt: string,
  recordSize = 4_096,
): Promise<Uint8Array<ArrayBuffer>> {
  const text = Buffer.from(plaintext)
  if (text.byteLength > Math.min(MOST_PLAINTEXT, recordSize - 17)) throw new RangeError('the message is too long')
  const [ours, theirs, saltBytes] = [sender.publicKey, receiver.publicKey, salt].map((each) =>
    Buffer.from(each, 'base64url'),
  )
  if (ours === undefined || theirs === undefined || saltBytes === undefined) throw new TypeError('a key is missing')
  const secret = await sharedSecret(sender, receiver.publicKey)
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), theirs, ours])
  const input = await hkdf(secret, Buffer.from(receiver.auth, 'base64url'), info, 32)
  const key = await hkdf(input, saltBytes, Buffer.from('Content-Encoding: aes128gcm\0'), 16)
  const nonce = await hkdf(input, saltBytes, Buffer.from('Content-Encoding: nonce\0'), 12)
  // 2 marks the last record.
  const record = await sealed(key, nonce, Buffer.concat([text, Buffer.from([2])]))
  const head = Buffer.alloc(21)
  saltBytes.copy(head, 0)
  head.writeUInt32BE(recordSize, 16)
  head.writeUInt8(ours.byteLength, 20)
  return Uint8Array.from(Buffer.concat([head, ours, record]))
}

async function sharedSecret(pair: KeyPair, publicKey: string): Promise<Uint8Array> {
  const curve = { name: 'ECDH', namedCurve: 'P-256' }
  const ours = await crypto.subtle.importKey('jwk', jwkOf(pair), curve, false, ['deriveBits'])
  const theirs = await crypto.subtle.importKey('raw', bytesOf(publicKey), curve, false, [])
  // The generated types write `$public` because the word is reserved in C++; the runtime reads `public`.
  const how = { name: 'ECDH', public: theirs } as unknown as SubtleCryptoDeriveKeyAlgorithm
  return new Uint8Array(await crypto.subtle.deriveBits(how, ours, 256))
}

async function hkdf(
  secret: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  bytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey('raw', Uint8Array.from(secret), 'HKDF', false, ['deriveBits'])
  const how = { name: 'HKDF', hash: 'SHA-256', salt: Uint8Array.from(salt), info: Uint8Array.from(info) }
  return new Uint8Array(await crypto.subtle.deriveBits(how, key, bytes * 8))
}

async function sealed(key: Uint8Array<ArrayBuffer>, nonce: Uint8Array<ArrayBuffer>, text: Buffer): Promise<Uint8Array> {
  const imported = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt'])
  return new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, imported, Uint8Array.from(text)))
}

/** `Authorization` of a push: a token for the push service's origin, good until `expiresAt` (24 hours at most). */
export async function vapidAuthorization(
  endpoint: string,
  subject: string,
  keys: KeyPair,
  expiresAt: number,
): Promise<string> {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { aud: new URL(endpoint).origin, exp: Math.floor(expiresAt / 1_000), sub: subject }
  const signed = `${encode({ typ: 'JWT', alg: 'ES256' })}.${encode(claims)}`
  const curve = { name: 'ECDSA', namedCurve: 'P-256' }
  const key = await crypto.subtle.importKey('jwk', jwkOf(keys), curve, false, ['sign'])
  const how = { name: 'ECDSA', hash: 'SHA-256' }
  const signature = Buffer.from(await crypto.subtle.sign(how, key, Uint8Array.from(Buffer.from(signed)))).toString(
    'base64url',
  )
  return `vapid t=${signed}.${signature}, k=${keys.publicKey}`
}

/** The point is 04, x, y. */
function jwkOf({ publicKey, privateKey }: KeyPair): JsonWebKey {
  const point = Buffer.from(publicKey, 'base64url')
  const [x, y] = [point.subarray(1, 33).toString('base64url'), point.subarray(33).toString('base64url')]
  return { kty: 'EC', crv: 'P-256', x, y, d: privateKey }
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text, 'base64url'))
}
