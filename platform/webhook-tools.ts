import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createVerify,
  timingSafeEqual,
  X509Certificate,
} from 'node:crypto'
import type { Certificate, HookTools, Part } from '../shared/provider/hook-tools.ts'
import { parseXml } from './webhook-xml.ts'

/**
 * The arithmetic behind `shared/provider`. Hashes are synchronous through node:crypto; the curves go through WebCrypto,
 * which every runtime has alike. Nothing here throws over what a stranger sent: it is no signature, then.
 */
export function webhookTools(certificate: HookTools['certificate']): HookTools {
  return { hmac, sha256, isSame, isEcdsaP256, isEd25519, ed25519PublicKey, isRsa, certificate, xml: parseXml }
}

function hmac(algorithm: 'sha1' | 'sha256', key: Part, parts: readonly Part[]): Uint8Array {
  const mac = createHmac(algorithm, key)
  for (const part of parts) mac.update(part)
  return mac.digest()
}

function sha256(parts: readonly Part[]): Uint8Array {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && timingSafeEqual(a, b)
}

async function isEcdsaP256(spki: Uint8Array, signature: Uint8Array, parts: readonly Part[]): Promise<boolean> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  return verified('spki', spki, algorithm, signature, parts)
}

async function isEd25519(publicKey: Uint8Array, signature: Uint8Array, parts: readonly Part[]): Promise<boolean> {
  return verified('raw', publicKey, { name: 'Ed25519' }, signature, parts)
}

async function verified(
  format: 'spki' | 'raw',
  bytes: Uint8Array,
  algorithm: { name: string; namedCurve?: string; hash?: string },
  signature: Uint8Array,
  parts: readonly Part[],
): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey(format, Uint8Array.from(bytes), algorithm, false, ['verify'])
    return await crypto.subtle.verify(algorithm, key, Uint8Array.from(signature), joined(parts))
  } catch {
    // A key or signature of another form is a wrong one; the caller says so.
    return false
  }
}

function joined(parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part))))
}

/** PKCS#8 of an Ed25519 seed is this header and the seed. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

function ed25519PublicKey(seed: Uint8Array): Uint8Array | undefined {
  try {
    const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' })
    return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32)
  } catch {
    return undefined
  }
}

function isRsa(
  certificate: Certificate,
  hash: 'sha1' | 'sha256',
  signature: Uint8Array,
  parts: readonly Part[],
): boolean {
  try {
    const verify = createVerify(hash === 'sha1' ? 'RSA-SHA1' : 'RSA-SHA256')
    for (const part of parts) verify.update(part)
    return verify.verify(new X509Certificate(certificate.pem).publicKey, signature)
  } catch {
    return false
  }
}

/** undefined when the text is no certificate. */
export function readCertificate(pem: string): Certificate | undefined {
  try {
    const read = new X509Certificate(pem)
    const names = (read.subjectAltName ?? '').split(',').map((name) => name.trim())
    return {
      pem,
      notBefore: Date.parse(read.validFrom),
      notAfter: Date.parse(read.validTo),
      hosts: names.flatMap((name) => (name.startsWith('DNS:') ? [name.slice(4)] : [])),
    }
  } catch {
    return undefined
  }
}
