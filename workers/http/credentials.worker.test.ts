import { describe, expect, test } from 'vitest'
import { credentialOf, keyOfBody } from './credentials.ts'

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`
const key = (key: string) => ({ kind: 'write key', key })
const signature = 'ab'.repeat(32)

function of(headers: HeadersInit, path = '/v1/batch') {
  return credentialOf(new Request(`https://t.example${path}`, { method: 'POST', headers }))
}

describe('the credential of a request', () => {
  test.each<[string, Record<string, string>, string, unknown]>([
    ['none', {}, '', undefined],
    ['Basic with a write key', { Authorization: basic('wk_a:') }, '', key('wk_a')],
    ['Basic without a colon', { Authorization: basic('wk_a') }, '', key('wk_a')],
    ['Basic with any password', { Authorization: basic('wk_a:x:y') }, '', key('wk_a')],
    ['Basic in another case', { Authorization: basic('wk_a:').replace('Basic', 'bAsIc') }, '', key('wk_a')],
    ['Basic with an empty user', { Authorization: basic(':x') }, '', undefined],
    ['Basic that is no base64', { Authorization: 'Basic %%%' }, '', undefined],
    ['Basic with unicode', { Authorization: basic('schlüssel:пароль') }, '', key('schlüssel')],
    ['Bearer with a write key', { Authorization: 'Bearer wk_a' }, '', key('wk_a')],
    ['Bearer with anything else', { Authorization: 'Bearer eyJhbGciOi' }, '?writeKey=wk_q', key('wk_q')],
    ['X-Write-Key', { 'X-Write-Key': ' wk_x ' }, '?writeKey=wk_q', key('wk_x')],
    ['a masked X-Write-Key', { 'X-Write-Key': '***' }, '?writeKey=wk_q', key('wk_q')],
    ['the query', {}, '?a=1&writeKey=wk_q', key('wk_q')],
    ['Authorization before X-Write-Key', { Authorization: basic('wk_a:'), 'X-Write-Key': 'wk_x' }, '', key('wk_a')],
    [
      'Basic with an app key and a secret key',
      { Authorization: basic('ak_a.b:sk_c:d') },
      '',
      { kind: 'secret key', appKey: 'ak_a.b', secretKey: 'sk_c:d' },
    ],
    [
      'Basic with an app key alone',
      { Authorization: basic('ak_a.b') },
      '',
      { kind: 'secret key', appKey: 'ak_a.b', secretKey: '' },
    ],
    [
      'a signature, before anything else',
      { 'X-App-Key': 'ak_a', 'X-Timestamp': '17', 'X-Signature': `sha256=${signature}`, Authorization: basic('wk_a:') },
      '',
      { kind: 'signature', appKey: 'ak_a', timestamp: '17', signature },
    ],
    [
      'an app key that is not followed by a signature',
      { 'X-App-Key': 'ak_a', 'X-Write-Key': 'wk_x' },
      '',
      { kind: 'signature', appKey: 'ak_a', timestamp: '', signature: '' },
    ],
  ])('%s', (_, headers, query, expected) => {
    expect(of(headers, `/v1/batch${query}`)).toEqual(expected)
  })

  test.each([signature, `sha1=${signature}`, `sha256=${signature}00`, `sha256=${signature.slice(2)}`, 'sha256=zz'])(
    'a signature of another form, %s, is no signature',
    (text) => {
      expect(of({ 'X-App-Key': 'a', 'X-Timestamp': '1', 'X-Signature': text })).toMatchObject({ signature: '' })
    },
  )

  test('a header that comes twice is no signature', () => {
    const headers = new Headers({ 'X-App-Key': 'a', 'X-Timestamp': '1' })
    headers.append('X-Signature', `sha256=${signature}`)
    headers.append('X-Signature', `sha256=${signature}`)
    expect(of(headers)).toMatchObject({ kind: 'signature', signature: '' })
  })

  test('in a body it stands at the top, or in the first item', () => {
    expect(keyOfBody({ writeKey: 'wk_a', batch: [{ writeKey: 'wk_b' }] })).toBe('wk_a')
    expect(keyOfBody({ writeKey: '***', batch: [{ writeKey: 'wk_b' }] })).toBe('wk_b')
    expect(keyOfBody([{ writeKey: 'wk_c' }])).toBe('wk_c')
    for (const body of [null, 'x', [], {}, { batch: {} }, { writeKey: 7 }]) expect(keyOfBody(body)).toBeUndefined()
  })
})
