import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CanonicalId } from '../shared/kernel/id.ts'
import type { Link } from '../shared/tracking/link.ts'
import { openLink, sealLink } from './tracking-links.ts'

const SECRET = 'a secret of this deployment'
const link: Link = {
  kind: 'click',
  profile: 'prf_01J0000000000000000000000A' as CanonicalId,
  channel: 'email',
  issuedAt: 1_000,
  expiresAt: 2_000,
  url: 'https://shop.example/?to=ann@example.com',
}

describe('a token', () => {
  test('opens to what was sealed, and says whose it is', () => {
    const token = sealLink(SECRET, 'acme', 300, link)
    expect(openLink(SECRET, token)).toEqual({ workspace: 'acme', generation: 300, link })
    expect(token).toMatch(/^[A-Za-z0-9_-]+$/)
    expect(token.length).toBeLessThan(300)
  })

  test('shows nothing of the person, the message or the target', () => {
    const inside = Buffer.from(sealLink(SECRET, 'acme', 1, link), 'base64url').toString('latin1')
    for (const word of ['prf_', '01J0', 'email', 'shop', 'ann@']) expect(inside).not.toContain(word)
  })

  test('that was changed in any character, cut, or lengthened does not open', () => {
    const token = sealLink(SECRET, 'acme', 1, link)
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...alphabet), (at, character) => {
        fc.pre(token[at] !== character)
        expect(openLink(SECRET, token.slice(0, at) + character + token.slice(at + 1))).toBeUndefined()
        expect(openLink(SECRET, token.slice(0, at))).toBeUndefined()
        expect(openLink(SECRET, token + character)).toBeUndefined()
      }),
    )
  })

  test('that is made up, of another deployment or of another workspace does not open', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(openLink(SECRET, text)).toBeUndefined()
      }),
    )
    const token = sealLink(SECRET, 'acme', 1, link)
    expect(openLink('another secret', token)).toBeUndefined()
    const bytes = Buffer.from(token, 'base64url')
    bytes.write('evil', 4)
    expect(openLink(SECRET, bytes.toString('base64url'))).toBeUndefined()
  })
})
