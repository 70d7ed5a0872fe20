import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Event } from '../event/event.ts'
import { cleanText, type JsonObject } from '../kernel/json.ts'
import { hintedAgent } from './client-hints.ts'
import { parseAgent } from './parse-agent.ts'
import { userAgent } from './user-agent.ts'

const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0'
const WINDOWS = `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36`
const MAC_SAFARI =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15'
const iphone = (os: string, version: string) =>
  `Mozilla/5.0 (iPhone; CPU iPhone OS ${os} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${version} Mobile/15E148 Safari/604.1`
const android = (about: string) => `Mozilla/5.0 (Linux; ${about}) ${CHROME} Mobile Safari/537.36`

describe('the text of a user agent', () => {
  test.each<[string, object]>([
    [
      MAC_SAFARI.replace('10_15_7', '10_14_6'),
      {
        browser: { name: 'Safari', version: '17.4' },
        os: { name: 'macOS', version: '10.14.6' },
        device: { type: 'desktop', manufacturer: 'Apple' },
      },
    ],
    [
      iphone('17_4', '17.4'),
      {
        browser: { name: 'Safari', version: '17.4' },
        os: { name: 'iOS', version: '17.4' },
        device: { type: 'mobile', manufacturer: 'Apple', model: 'iPhone' },
      },
    ],
    [
      android('Android 14; SM-S918B Build/UP1A.231005.007'),
      {
        browser: { name: 'Chrome', version: '131.0.0.0' },
        os: { name: 'Android', version: '14' },
        device: { type: 'mobile', manufacturer: 'Samsung', model: 'SM-S918B' },
      },
    ],
    [
      `${WINDOWS} Edg/131.0.0.0`,
      {
        browser: { name: 'Microsoft Edge', version: '131.0.0.0' },
        os: { name: 'Windows' },
        device: { type: 'desktop' },
      },
    ],
    [
      'Mozilla/5.0 (Windows NT 6.1; Win64; x64; rv:109.0) Gecko/20100101 Firefox/115.0',
      {
        browser: { name: 'Firefox', version: '115.0' },
        os: { name: 'Windows', version: '7' },
        device: { type: 'desktop' },
      },
    ],
  ])('%s', (text, agent) => expect(parseAgent(text)).toEqual(agent))

  test('what browsers froze in it says nothing', () => {
    expect(parseAgent(WINDOWS).os).toEqual({ name: 'Windows' })
    expect(parseAgent(MAC_SAFARI).os).toEqual({ name: 'macOS' })
    expect(parseAgent(android('Android 10; K'))).toEqual({
      browser: { name: 'Chrome', version: '131.0.0.0' },
      os: { name: 'Android' },
      device: { type: 'mobile' },
    })
    expect(parseAgent(iphone('18_6', '26.0')).os).toEqual({ name: 'iOS' })
    expect(parseAgent(iphone('18_6', '18.6')).os).toEqual({ name: 'iOS', version: '18.6' })
  })

  test('a program is no browser, and a bot says its name', () => {
    const google = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'
    expect(parseAgent(google)).toEqual({ bot: { verdict: 'bot', name: 'Googlebot' } })
    expect(parseAgent('curl/8.1')).toEqual({ bot: { verdict: 'bot', name: 'curl' } })
    expect(parseAgent('facebookexternalhit/1.1')).toMatchObject({ bot: { name: 'facebookexternalhit' } })
    expect(parseAgent('MyApp/3 CFNetwork/1408 Darwin/22.5.0')).not.toHaveProperty('browser')
    expect(parseAgent('Dalvik/2.1.0 (Linux; U; Android 11; Pixel 5 Build/RQ3A)')).toEqual({
      os: { name: 'Android', version: '11' },
    })
    expect(parseAgent(WINDOWS.replace('Chrome/', 'HeadlessChrome/'))).toMatchObject({
      browser: { name: 'Chrome' },
      bot: { verdict: 'headless', name: 'HeadlessChrome' },
    })
  })

  test('never throws, whatever the text', () => {
    const words = fc.constantFrom(
      'Mozilla/5.0 ',
      '(Linux; ',
      'Android 10; ',
      'Windows NT ',
      'Version/',
      'Chrome/',
      '; ',
      ') ',
    )
    const text = fc
      .array(fc.oneof(words, fc.string({ unit: 'binary' })), { maxLength: 12 })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, (ua) => {
        const { browser, os, device } = parseAgent(cleanText(ua))
        for (const word of [browser, os, device].flatMap((part) => Object.values(part ?? {}))) {
          expect(word.isWellFormed()).toBe(true)
          expect(word.length).toBeGreaterThan(0)
          expect(word.length).toBeLessThanOrEqual(100)
        }
      }),
    )
    for (const long of ['Mozilla/5.0 '.repeat(10_000), `Mozilla/5.0 (${'Android 1; '.repeat(5_000)}`]) parseAgent(long)
  })
})

describe('client hints', () => {
  const brands = [
    { brand: 'Not?A_Brand', version: '99' },
    { brand: 'Chromium', version: '131' },
    { brand: 'Google Chrome', version: '131' },
  ]

  test('say the browser itself, and the system as it is called', () => {
    expect(hintedAgent({ brands, mobile: false, platform: 'Windows', platformVersion: '15.0.0' })).toEqual({
      browser: { name: 'Chrome', version: '131' },
      os: { name: 'Windows', version: '11' },
    })
    const full = [{ brand: 'Chromium', version: '131.0.6778.86' }]
    expect(hintedAgent({ brands, fullVersionList: full, platform: 'Windows', platformVersion: '10.0' })).toEqual({
      browser: { name: 'Chromium', version: '131.0.6778.86' },
      os: { name: 'Windows', version: '10' },
    })
    expect(hintedAgent({ brands, mobile: true, model: 'Pixel 8', platform: 'Android', platformVersion: '15' })).toEqual(
      {
        browser: { name: 'Chrome', version: '131' },
        os: { name: 'Android', version: '15' },
        device: { type: 'mobile', model: 'Pixel 8' },
      },
    )
    expect(hintedAgent({ brands: [{ brand: 'HeadlessChrome', version: '131' }] }).bot?.verdict).toBe('headless')
    for (const odd of [undefined, null, 'x', [], {}, { brands: [null, 1, {}] }]) expect(hintedAgent(odd)).toEqual({})
  })
})

describe('the enrichment', () => {
  const look = (context: JsonObject) =>
    userAgent.look(
      { event: { type: 'track', context } as Event, geo: undefined, agentOf: parseAgent },
      { enabled: true },
    )?.context

  test('takes the hints for what the text froze, and the text for what the hints leave out', () => {
    const userAgentData = {
      brands: [{ brand: 'Google Chrome', version: '131' }],
      mobile: false,
      platform: 'Windows',
      platformVersion: '15.0.0',
    }
    expect(look({ userAgent: WINDOWS, userAgentData })).toEqual({
      browser: { name: 'Chrome', version: '131.0.0.0' },
      os: { name: 'Windows', version: '11' },
      device: { type: 'desktop' },
    })
    const lies = { ...userAgentData, brands: [{ brand: 'Microsoft Edge', version: '130' }] }
    expect(look({ userAgent: WINDOWS, userAgentData: lies })?.['browser']).toEqual({
      name: 'Microsoft Edge',
      version: '130',
    })
  })

  test('leaves what an app says of its device alone', () => {
    const device = { id: 'd1', type: 'ios', manufacturer: 'Apple', model: 'iPhone15,2' }
    const context = { userAgent: iphone('17_4', '17.4'), device, os: { name: 'iOS', version: '17.4.1' } }
    const found = look(context)
    expect(found).not.toHaveProperty('os')
    expect(found?.['device']).toEqual({ type: 'mobile' }) // and `type` is said already: filling leaves it
    expect(look({ userAgent: '' })).toBeUndefined()
    expect(look({})).toBeUndefined()
  })
})
