import { describe, expect, test } from 'vitest'
import type { Event } from '../event/event.ts'
import type { JsonObject } from '../kernel/json.ts'
import { bot } from './bot.ts'
import { EnrichSettings } from './enrich-settings.ts'
import type { Geo } from './geo.ts'
import { parseAgent } from './parse-agent.ts'

const GOOGLE = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'
const PERSON =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36'

function look(context: JsonObject, options: object = {}, geo?: Geo, extra?: JsonObject) {
  const settings = EnrichSettings.parse({ bot: options }).bot
  const event = { type: 'track', context, extra } as Event
  return bot.look({ event, geo, agentOf: parseAgent }, settings)
}

describe('a bot', () => {
  test('is flagged, and dropped only where the workspace says so', () => {
    expect(look({ userAgent: GOOGLE })).toEqual({
      context: { bot: { verdict: 'bot', name: 'Googlebot' } },
      notes: [{ outcome: 'bot', detail: { verdict: 'bot' } }],
    })
    expect(look({ userAgent: GOOGLE }, { bots: 'drop' })?.drop).toBe('bot')
    expect(look({ userAgent: PERSON }, { bots: 'drop' })).toBeUndefined()
    expect(look({}, { bots: 'drop' })).toBeUndefined()
  })

  test('is also a browser without a screen', () => {
    const hints = { brands: [{ brand: 'HeadlessChrome', version: '131' }] }
    expect(look({ userAgent: PERSON, userAgentData: hints })?.context).toMatchObject({ bot: { verdict: 'headless' } })
    expect(look({ userAgent: PERSON, webdriver: true })?.context).toEqual({ bot: { verdict: 'headless' } })
  })

  test('is not an app, whose HTTP client only looks like one', () => {
    for (const name of ['analytics-kotlin', 'com.rudderstack.ios.sdk', 'analytics-react-native', 'analytics-ios'])
      expect(look({ userAgent: 'okhttp/4.9.0', library: { name } }, { bots: 'drop' })).toBeUndefined()
    expect(look({ userAgent: 'okhttp/4.9.0' }, { bots: 'drop' }, undefined, { channel: 'mobile' })).toBeUndefined()
    expect(look({ userAgent: 'okhttp/4.9.0' }, { bots: 'drop' })?.drop).toBe('bot')
    expect(look({ userAgent: GOOGLE, library: { name: 'analytics.js' } })?.context).toMatchObject({ bot: {} })
  })

  test('may be whoever comes from a data centre, if the workspace asks for it', () => {
    const geo = { country: 'DE', asn: 24940 }
    expect(look({ userAgent: PERSON }, {}, geo)).toBeUndefined()
    expect(look({ userAgent: PERSON }, { dataCentres: 'flag', bots: 'drop' }, geo)).toEqual({
      context: { bot: { verdict: 'data_centre', name: 'Hetzner' } },
      notes: [{ outcome: 'bot', detail: { verdict: 'data_centre' } }],
    })
    expect(look({ userAgent: PERSON }, { dataCentres: 'drop' }, geo)?.drop).toBe('bot')
    expect(look({ userAgent: PERSON }, { dataCentres: 'drop' }, { country: 'DE', asn: 3320 })).toBeUndefined()
  })

  test('that the sender found is left as it is', () => {
    expect(look({ userAgent: GOOGLE, bot: { verdict: 'no' } }, { bots: 'drop' })).toBeUndefined()
  })
})
