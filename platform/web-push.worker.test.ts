import { describe, expect, test } from 'vitest'
import vectors from '../test/fixtures/providers/web-push.vectors.json' with { type: 'json' }
import { encryptPush, MOST_PLAINTEXT, vapidAuthorization } from './web-push.ts'

const { input } = vectors.items[0] as (typeof vectors.items)[number]
const sender = { publicKey: input.as_public, privateKey: input.as_private }
const receiver = { publicKey: input.ua_public, auth: input.auth_secret }

describe('a web push', () => {
  test('fits into one record of 4,096 bytes, and a longer text is refused', async () => {
    const body = await encryptPush('x'.repeat(MOST_PLAINTEXT), receiver, sender, input.salt)
    expect(body.byteLength).toBeLessThanOrEqual(4_096)
    await expect(encryptPush('x'.repeat(MOST_PLAINTEXT + 1), receiver, sender, input.salt)).rejects.toThrow('too long')
  })

  test('says who sent it with a token for the push service alone', async () => {
    const said = await vapidAuthorization(
      'https://push.example.net/push/abc',
      'mailto:ops@example.com',
      sender,
      1_800_000_000_000,
    )
    const [, head, claims, signature, key] = /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)$/.exec(said) ?? []
    const read = (text = '') => JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown
    expect(read(head)).toEqual({ typ: 'JWT', alg: 'ES256' })
    expect(read(claims)).toEqual({ aud: 'https://push.example.net', exp: 1_800_000_000, sub: 'mailto:ops@example.com' })
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
    const imported = await crypto.subtle.importKey('raw', Buffer.from(key ?? '', 'base64url'), algorithm, false, [
      'verify',
    ])
    const right = await crypto.subtle.verify(
      algorithm,
      imported,
      Buffer.from(signature ?? '', 'base64url'),
      Buffer.from(`${head}.${claims}`),
    )
    expect(right).toBe(true)
  })
})
