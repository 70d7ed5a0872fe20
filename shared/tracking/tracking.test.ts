import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isAccepted, newestGeneration } from '../config/link-keys.ts'
import type { CanonicalId } from '../kernel/id.ts'
import { DAY } from '../kernel/instant.ts'
import { LINK_KINDS, type Link, packLink, unpackLink } from './link.ts'
import { channelName, visitEvent } from './link-event.ts'
import { targetFault } from './target.ts'
import { judgeVisit } from './visit.ts'

const BROWSER =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15'

describe('a target', () => {
  test.each([
    'https://shop.example',
    'http://shop.example:8080/a/b?x=1&y=%20#top',
    'HTTPS://Shop.Example/',
    'https://shop.example/?next=https://other.example/@me',
    'https://127.0.0.1:3000/x',
    'http://[::1]:8787/x',
    'https://läden.example/größe',
    'http://localhost/x',
  ])('may be %s', (url) => expect(targetFault(url)).toBeUndefined())

  test.each([
    ['a script', 'javascript:alert(1)'],
    ['a script in disguise', 'java\tscript:alert(1)'],
    ['data', 'data:text/html,x'],
    ['a file', 'file:///etc/passwd'],
    ['a path', '/x'],
    ['another host without a scheme', '//evil.example/x'],
    ['no slashes', 'https:evil.example'],
    ['one slash', 'https:/evil.example'],
    ['three slashes', 'https:///evil.example'],
    ['backslashes', 'https:\\\\evil.example'],
    ['a backslash before the host', 'https://good.example\\@evil.example'],
    ['a user name', 'https://good.example@evil.example/'],
    ['a user name and a password', 'https://a:b@evil.example/'],
    ['an empty user name', 'https://@evil.example/'],
    ['a blank before', ' https://good.example'],
    ['a line break', 'https://good.example/\r\nSet-Cookie: a=b'],
    ['a blank inside', 'https://good.example/a b'],
    ['a hidden character', 'https://good.example/\u200b'],
    ['a reversing character', 'https://good.example/\u202egpj'],
    ['no host', 'https://'],
    ['a port and no host', 'https://:80/'],
    ['nothing', ''],
    ['too long', `https://good.example/${'x'.repeat(2_100)}`],
  ])('may not be %s', (_, url) => expect(targetFault(url)).toEqual(expect.any(String)))
})

describe('a visit', () => {
  const visit = (headers: Record<string, string>, fields = {}) =>
    judgeVisit({ kind: 'open', method: 'GET', header: (name) => headers[name] ?? null, ageMs: DAY, ...fields })

  test.each<[string, Record<string, string>, object, string, readonly string[]]>([
    ['a browser', { 'user-agent': BROWSER, 'accept-language': 'en' }, {}, 'human', []],
    ['a mail client that says no language', { 'user-agent': BROWSER }, {}, 'human', ['no_accept_language']],
    [
      'Gmail',
      { 'user-agent': 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)' },
      {},
      'proxy',
      ['gmail_image_proxy'],
    ],
    [
      'Yahoo',
      { 'user-agent': 'YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html' },
      {},
      'proxy',
      ['yahoo_mail_proxy'],
    ],
    ['Apple Mail with its privacy protection', { 'user-agent': 'Mozilla/5.0' }, {}, 'proxy', ['apple_mail_privacy']],
    [
      'a browser that guesses',
      { 'user-agent': BROWSER, 'sec-purpose': 'prefetch;prerender' },
      {},
      'proxy',
      ['prefetch'],
    ],
    ['a HEAD', { 'user-agent': BROWSER }, { method: 'HEAD' }, 'scanner', ['head']],
    ['nobody', {}, {}, 'scanner', ['no_user_agent']],
    ['SafeLinks', { 'user-agent': 'Mozilla/5.0 BingPreview/1.0b' }, {}, 'scanner', ['outlook_safelinks', 'robot']],
    ['Barracuda', { 'user-agent': 'BarracudaCentral/1.0' }, {}, 'scanner', ['security_scanner']],
    ['a robot', { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1)' }, {}, 'scanner', ['robot']],
    ['a script', { 'user-agent': 'python-requests/2.31' }, {}, 'scanner', ['script']],
    [
      'an image right after sending',
      { 'user-agent': BROWSER },
      { ageMs: 10 },
      'human',
      ['too_fast', 'no_accept_language'],
    ],
    [
      'a click right after sending without a language',
      { 'user-agent': BROWSER },
      { ageMs: 10, kind: 'click' },
      'scanner',
      ['too_fast', 'no_accept_language'],
    ],
    [
      'a quick click',
      { 'user-agent': BROWSER, 'accept-language': 'de' },
      { ageMs: 10, kind: 'click' },
      'human',
      ['too_fast'],
    ],
  ])('by %s', (_, headers, fields, verdict, reasons) => {
    expect(visit(headers, fields)).toEqual({ verdict, reasons })
  })
})

describe('a link', () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 })
  const seconds = fc.integer({ min: 0, max: 4e9 }).map((s) => s * 1_000)
  const link = fc.record(
    {
      kind: fc.constantFrom(...LINK_KINDS),
      profile: fc.constant('prf_01J0000000000000000000000A' as CanonicalId),
      channel: fc.constantFrom('email', 'sms'),
      issuedAt: seconds,
      expiresAt: seconds,
      url: text,
      campaign: text,
      delivery: text,
    },
    { requiredKeys: ['kind', 'profile', 'channel', 'issuedAt', 'expiresAt'] },
  )

  test('comes out of its token as it went in', () => {
    fc.assert(
      fc.property(link, (one) => {
        expect(unpackLink(packLink(one as Link))).toEqual(one)
      }),
    )
  })

  test('is nothing when something else was packed', () => {
    for (const packed of ['', 'null', '{}', '[]', '[2,"open"]', packLink({ profile: 'x' } as unknown as Link)])
      expect(unpackLink(packed)).toBeUndefined()
  })

  test('is told in the words of its channel', () => {
    const one = {
      kind: 'click',
      channel: 'whatsapp',
      profile: 'p',
      issuedAt: 0,
      expiresAt: 0,
      url: 'https://x',
    } as unknown as Link
    expect(visitEvent(one, { verdict: 'scanner', reasons: ['head'] })).toEqual({
      name: 'WhatsApp Link Clicked',
      properties: {
        channel: 'whatsapp',
        type: 'clicked',
        url: 'https://x',
        verdict: 'scanner',
        reasons: ['head'],
        machine: true,
      },
    })
    expect(['email', 'sms', 'web_push', 'telegram', 'smoke_signal'].map(channelName)).toEqual([
      'Email',
      'SMS',
      'Web Push',
      'Telegram',
      'Smoke Signal',
    ])
  })
})

describe('keys of links', () => {
  test('hold from their making until so long after the next one, and never once revoked', () => {
    const keys = fc.record({
      rotatedAt: fc
        .array(fc.integer({ min: 0, max: 100 * DAY }), { maxLength: 5 })
        .map((all) => all.sort((a, b) => a - b)),
      keepKeysDays: fc.integer({ min: 0, max: 30 }),
      revokedBelow: fc.integer({ min: 1, max: 6 }),
    })
    fc.assert(
      fc.property(
        keys,
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 200 * DAY }),
        (made, generation, now) => {
          const ended = made.rotatedAt[generation - 1]
          const holds = ended === undefined || now < ended + made.keepKeysDays * DAY
          expect(isAccepted(made, generation, now)).toBe(generation >= made.revokedBelow && holds)
          expect(isAccepted({ ...made, revokedBelow: 1 }, newestGeneration(made), now)).toBe(true)
        },
      ),
    )
  })
})
