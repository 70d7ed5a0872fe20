import { fromBase64, fromDigits, fromPastedBase64 } from './encoding.ts'
import { type HookRequest, type HookSettings, header } from './hook-request.ts'
import type { HookTools, Part } from './hook-tools.ts'
import { secretsOf } from './scheme.ts'
import { FRESH_SECONDS, isFresh, refused, VERIFIED, type Verdict } from './verdict.ts'

/**
 * Standard Webhooks 1.0.0, which Svix (and so Resend) speaks under its own header names.
 *
 *   signed     id . timestamp . body
 *   signature  space-separated: `v1,<HMAC-SHA256>` or `v1a,<Ed25519>`; any of them may match, other versions are ignored
 *   secret     `whsec_` + base64; `whpk_` or `whsk_` for Ed25519
 */
export async function verifyStandardSignature(
  request: HookRequest,
  settings: HookSettings,
  tools: HookTools,
  now: number,
): Promise<Verdict> {
  const keys = keysOf(secretsOf(settings), tools)
  if (keys.length === 0) return refused('not_configured')
  // One family of names or the other: never an id of one with the signature of the other.
  const family = header(request, 'webhook-signature') === undefined ? 'svix' : 'webhook'
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map((what) =>
    header(request, `${family}-${what}`),
  )
  if (id === undefined || timestamp === undefined || signatures === undefined) return refused('missing')
  const seconds = fromDigits(timestamp)
  // A dot in the id would let one signed text be read in two ways; a comma and a space join a header that came twice.
  if (seconds === undefined || id.includes('.') || id.includes(', ') || signatures.includes(', '))
    return refused('malformed')
  if (!isFresh(seconds * 1_000, now, settings.maxAgeSeconds ?? FRESH_SECONDS)) return refused('stale')
  const signed: readonly Part[] = [`${id}.${timestamp}.`, request.bytes]
  let same = false
  for (const signature of signatures.split(' ')) {
    const comma = signature.indexOf(',')
    const given = fromBase64(signature.slice(comma + 1))
    if (comma === -1 || !given) continue
    for (const key of keys) if (await isSigned(key, signature.slice(0, comma), given, signed, tools)) same = true
  }
  return same ? VERIFIED : refused('mismatch')
}

interface Key {
  readonly version: 'v1' | 'v1a'
  readonly bytes: Uint8Array
}

function keysOf(secrets: readonly string[], tools: HookTools): readonly Key[] {
  return secrets.flatMap((secret): readonly Key[] => {
    const [, prefix, body] = /^(whsec_|whpk_|whsk_)?(.*)$/s.exec(secret.trim()) as unknown as [string, string?, string?]
    const bytes = fromPastedBase64(body ?? '')
    if (!bytes || bytes.length === 0) return []
    if (prefix === 'whpk_') return bytes.length === 32 ? [{ version: 'v1a', bytes }] : []
    if (prefix !== 'whsk_') return [{ version: 'v1', bytes }]
    // A private key is the seed, with the public key behind it in the long form.
    const own =
      bytes.length === 64 ? bytes.subarray(32) : bytes.length === 32 ? tools.ed25519PublicKey(bytes) : undefined
    return own ? [{ version: 'v1a', bytes: own }] : []
  })
}

async function isSigned(key: Key, version: string, given: Uint8Array, signed: readonly Part[], tools: HookTools) {
  if (key.version !== version) return false
  if (version === 'v1') return tools.isSame(tools.hmac('sha256', key.bytes, signed), given)
  return given.length === 64 && (await tools.isEd25519(key.bytes, given, signed))
}
