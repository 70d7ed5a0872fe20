import { describe, expect, test } from 'vitest'
import { anEvent, NOW } from '../../test/support/builders.ts'
import type { Event } from '../event/event.ts'
import { HOUR, toIso } from '../kernel/instant.ts'
import type { JsonObject } from '../kernel/json.ts'
import { withConsentTraits } from './consent-traits.ts'
import { consentsIn, GPC_PURPOSE } from './read-consents.ts'

function told(name: string, properties: JsonObject, context: JsonObject = {}) {
  return consentsIn(anEvent({ name, properties, context })).map(({ name, write, manner }) => [
    name,
    write.status,
    manner,
  ])
}

describe('an event says about consent', () => {
  test.each<[string, string, JsonObject, JsonObject, unknown]>([
    ['nothing, mostly', 'Order', { consents: { email: { status: 'granted' } } }, {}, []],
    [
      'what Consent Updated names',
      'Consent Updated',
      { consents: { email: { status: 'granted' }, marketing: { status: 'denied' }, sms: 'withdrawn' } },
      {},
      [
        ['email', 'granted', 'said'],
        ['marketing', 'denied', 'said'],
        ['sms', 'withdrawn', 'said'],
      ],
    ],
    ['nothing by a status that is none', 'Consent Updated', { consents: { email: { status: 'yes' }, sms: 1 } }, {}, []],
    ['nothing by consents that are a list', 'Consent Updated', { consents: ['email'] }, {}, []],
    [
      'one thing about a channel however it is written',
      'Consent Updated',
      { consents: { 'channel:Email': { status: 'granted' }, email: { status: 'denied' } } },
      {},
      [['email', 'granted', 'said']],
    ],
    ['that e-mail is unwanted', 'Unsubscribed', {}, {}, [['email', 'withdrawn', 'said']]],
    ['that SMS is unwanted', 'Unsubscribed', { channel: 'sms', scope: 'all' }, {}, [['sms', 'withdrawn', 'said']]],
    [
      'that one list is unwanted, and nothing about the channel',
      'Unsubscribed',
      { channel: 'email', scope: 'group:10' },
      {},
      [['group:10', 'withdrawn', 'said']],
    ],
    ['that SMS is wanted again', 'Resubscribed', { channel: 'sms' }, {}, [['sms', 'granted', 'said']]],
    [
      "what Segment's banner holds",
      'Order',
      {},
      { consent: { categoryPreferences: { Advertising: true, Analytics: false, Odd: 'x' } } },
      [
        ['Advertising', 'granted', 'seen'],
        ['Analytics', 'denied', 'seen'],
      ],
    ],
    [
      'what somebody chose in it',
      'Segment Consent Preference Updated',
      {},
      { consent: { categoryPreferences: { Advertising: true } } },
      [['Advertising', 'granted', 'said']],
    ],
    [
      "what RudderStack's consent manager holds, refusals first",
      'Order',
      {},
      { consentManagement: { allowedConsentIds: ['C1', 'C2'], deniedConsentIds: ['C2'] } },
      [
        ['C2', 'denied', 'seen'],
        ['C1', 'granted', 'seen'],
      ],
    ],
    ['Global Privacy Control', 'Order', {}, { consent: { gpc: true } }, [[GPC_PURPOSE, 'denied', 'seen']]],
    ['no permission by the absence of that', 'Order', {}, { consent: { gpc: false } }, []],
    ['nothing by a context of another shape', 'Order', {}, { consent: 'yes', consentManagement: [] }, []],
  ])('%s', (_, name, properties, context, expected) => {
    expect(told(name, properties, context)).toEqual(expected)
  })

  test('when it was said, by whom, with which proof and until when', () => {
    const consent = {
      status: 'granted',
      at: toIso(NOW - HOUR),
      source: 'form 7',
      proof: { ip: '::1' },
      expiresAt: '2027-01-01',
    }
    const event = anEvent({ name: 'Consent Updated', messageId: 'm', properties: { consents: { email: consent } } })
    expect(consentsIn(event)[0]?.write).toEqual({
      status: 'granted',
      at: NOW - HOUR,
      messageId: 'm',
      source: 'form 7',
      proof: { ip: '::1' },
      expiresAt: Date.UTC(2027, 0, 1),
    })
  })

  test('what a trait says that the workspace named, and nothing by any other', () => {
    const rules = { newsletter: 'email', calls: 'phone', sms_ok: 'sms', odd: 'push' }
    const traits = { newsletter: 'Yes', calls: false, odd: 'perhaps', sms_ok: null, other: true }
    const event = anEvent({ type: 'identify', traits })
    const said = (from: Event) => consentsIn(from).map(({ name, write }) => `${name} ${write.status}`)
    expect(said(withConsentTraits(event, rules))).toEqual(['email granted', 'phone denied'])
    expect(said(withConsentTraits(event, {}))).toEqual([])
    expect(said(withConsentTraits({ ...event, type: 'group' }, rules))).toEqual([])
  })

  test('a time in the future is not believed: it would stand for ever', () => {
    const consents = { email: { status: 'granted', at: toIso(NOW + HOUR) } }
    const [said] = consentsIn(anEvent({ name: 'Consent Updated', properties: { consents } }))
    expect(said?.write.at).toBe(NOW)
  })
})
