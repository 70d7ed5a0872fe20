import type { JsonValue } from '../kernel/json.ts'

/**
 * What verifying and reading need from outside: hashes, signatures, certificates, XML. `shared` decides what is signed
 * and how it is compared; the arithmetic is the platform's (platform/webhook-tools.ts).
 */
export type Part = string | Uint8Array

export interface HookTools {
  hmac(algorithm: 'sha1' | 'sha256', key: Part, parts: readonly Part[]): Uint8Array
  sha256(parts: readonly Part[]): Uint8Array
  /** Equal lengths and equal bytes, in a time that depends on the lengths only. */
  isSame(a: Uint8Array, b: Uint8Array): boolean
  /** @param signature r and s, 32 bytes each */
  isEcdsaP256(spki: Uint8Array, signature: Uint8Array, parts: readonly Part[]): Promise<boolean>
  /** @param publicKey 32 bytes */
  isEd25519(publicKey: Uint8Array, signature: Uint8Array, parts: readonly Part[]): Promise<boolean>
  /** The public key of a 32 byte seed. */
  ed25519PublicKey(seed: Uint8Array): Uint8Array | undefined
  /** RSASSA-PKCS1-v1_5 under the certificate's key. */
  isRsa(certificate: Certificate, hash: 'sha1' | 'sha256', signature: Uint8Array, parts: readonly Part[]): boolean
  /** What stands at an address that was checked already; undefined when it cannot be had. */
  certificate(url: string): Promise<Certificate | undefined>
  /** Without entities and document types; undefined when it is not well-formed XML. */
  xml(text: string): JsonValue | undefined
}

export interface Certificate {
  readonly pem: string
  readonly notBefore: number
  readonly notAfter: number
  /** DNS names of the subject's alternative names. */
  readonly hosts: readonly string[]
}
