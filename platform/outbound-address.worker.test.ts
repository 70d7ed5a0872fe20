import { describe, expect, test } from 'vitest'
import { refusedAddress, refusedUrl } from './outbound-address.ts'

const PUBLIC = { local: false }
const LOCAL = { local: true }

describe('where we may call', () => {
  test.each([
    'https://example.com/hook?x=1',
    'https://example.com:8443/',
    'https://93.184.216.34/',
    'https://[2606:4700::1111]/',
    'https://bücher.example.com/',
  ])('%s', (url) => {
    expect([refusedUrl(url, PUBLIC), refusedUrl(url, LOCAL)]).toEqual([undefined, undefined])
  })

  test.each([
    'http://example.com/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'not an address',
    'https://user@example.com/',
    'https://user:password@example.com/',
    'https://10.0.0.1/',
    'https://172.16.5.4/',
    'https://192.168.1.1/',
    'https://100.64.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://0.0.0.0/',
    'https://255.255.255.255/',
    'https://224.0.0.1/',
    'https://[fc00::1]/',
    'https://[fe80::1]/',
    'https://[::]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[::ffff:a9fe:a9fe]/',
    'https://[64:ff9b::a00:1]/',
    'https://[2002:a00:1::]/',
    'https://[::10.0.0.1]/',
    'https://0xa000001/',
    'https://167772161/',
    'https://012.0.0.1/',
    'https://metadata.google.internal/',
    'https://printer.local/',
    'https://printer/',
  ])('not %s, from anywhere', (url) => {
    expect([refusedUrl(url, PUBLIC), refusedUrl(url, LOCAL)]).toEqual([expect.any(String), expect.any(String)])
  })

  test.each([
    'http://127.0.0.1:9/',
    'http://localhost:3000/',
    'https://[::1]/',
    'http://app.localhost/',
    'http://2130706433/',
    'http://[::ffff:127.0.0.1]/',
    'http://localhost./',
  ])('%s from a local Tributary alone', (url) => {
    expect([refusedUrl(url, PUBLIC), refusedUrl(url, LOCAL)]).toEqual([expect.any(String), undefined])
  })

  test('what a name resolved to is looked at like an address', () => {
    expect(refusedAddress('10.1.2.3', PUBLIC)).toContain('private')
    expect(refusedAddress('127.0.0.1', PUBLIC)).toContain('loopback')
    expect(refusedAddress('1.1.1.1', PUBLIC)).toBeUndefined()
  })
})
