import { describe, expect, test } from 'vitest'
import { providerSuite } from '../../test/suite/provider.suite.ts'
import { derOf, SIGNERS, type Signer, sendgridSigner } from '../../test/support/provider-signers.ts'
import { rawFromDer } from './ecdsa-der.ts'
import { providers } from './index.ts'
import type { ProviderName } from './provider.ts'

let sendgrid: Promise<Signer> | undefined

for (const provider of Object.values(providers)) {
  // SES is signed with Amazon's key: its tests are the real messages of vectors.test.ts and sns-signature.test.ts.
  if (provider.name === 'ses') continue
  const signer = SIGNERS[provider.name]
  providerSuite(provider, signer ? async () => signer : () => (sendgrid ??= sendgridSigner()))
}

describe('the list of providers', () => {
  test('has each under its own name', () => {
    for (const [name, provider] of Object.entries(providers)) expect(provider.name).toBe(name as ProviderName)
  })
})

describe('an ECDSA signature in DER', () => {
  const [r, s] = [Buffer.alloc(32, 0x11), Buffer.alloc(32, 0x22)]
  const raw = Uint8Array.from([...r, ...s])
  const der = derOf(raw)

  test('comes back as r and s, with or without the byte that keeps the sign clear, and padded when short', () => {
    expect(rawFromDer(der)).toEqual(raw)
    for (const at of [0, 32]) {
      for (const [first, second] of [
        [0xff, 0x01],
        [0x00, 0x01],
        [0x00, 0x80],
        [0x00, 0x00],
      ] as const) {
        const odd = Uint8Array.from(raw)
        odd[at] = first
        odd[at + 1] = second
        expect(rawFromDer(derOf(odd))).toEqual(odd)
      }
    }
  })

  test.each([
    ['nothing', []],
    ['no sequence', [0x31, ...der.subarray(1)]],
    ['a length that is too short', [0x30, (der[1] as number) - 1, ...der.subarray(2)]],
    ['something behind it', [...der, 0]],
    ['cut off', [...der.subarray(0, -1)]],
    ['a length in the long form', [0x30, 0x81, ...der.subarray(1)]],
    ['an indefinite length', [0x30, 0x80, ...der.subarray(2), 0, 0]],
    ['a negative number', [0x30, der.length - 2, ...der.subarray(2, 4), 0x91, ...der.subarray(5)]],
    ['a padding that is not needed', [0x30, der.length - 1, 0x02, 33, 0, ...r, ...der.subarray(2 + 34)]],
    ['a number of 33 bytes', [0x30, der.length - 1, 0x02, 33, 0x11, ...r, ...der.subarray(2 + 34)]],
    ['zero', [0x30, 3 + 34, 0x02, 1, 0, ...der.subarray(2 + 34)]],
    ['one number only', [0x30, 34, ...der.subarray(2, 2 + 34)]],
    ['three numbers', [0x30, der.length - 2 + 3, ...der.subarray(2), 0x02, 1, 1]],
  ])('%s is none', (_, bytes) => {
    expect(rawFromDer(Uint8Array.from(bytes))).toBeUndefined()
  })
})
