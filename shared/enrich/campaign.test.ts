import { describe, expect, test } from 'vitest'
import type { Event } from '../event/event.ts'
import type { JsonObject } from '../kernel/json.ts'
import { campaign } from './campaign.ts'
import { hostOf, parametersOf } from './page.ts'

const look = (context: JsonObject, properties?: JsonObject, type: Event['type'] = 'page') =>
  campaign.look(
    { event: { type, context, properties } as Event, geo: undefined, agentOf: () => ({}) },
    { enabled: true },
  )?.context

describe('a campaign', () => {
  test('has Segment’s names, whatever else stands in the address', () => {
    const search =
      '?utm_source=news&utm_medium=email&utm_campaign=Spring+Sale&utm_term=shoes&utm_content=%C3%BCber&utm_id=7&utm_source_platform=x&page=2'
    expect(look({ page: { url: 'https://a.example/', search } })).toEqual({
      campaign: {
        source: 'news',
        medium: 'email',
        name: 'Spring Sale',
        term: 'shoes',
        content: 'über',
        id: '7',
        source_platform: 'x',
      },
    })
  })

  test('is read from the address when the SDK sends no search, and from the properties of a page call', () => {
    expect(look({ page: { url: 'https://a.example/?utm_source=one#utm_source=two' } })).toEqual({
      campaign: { source: 'one' },
    })
    const properties = { url: 'https://a.example/?utm_source=one' }
    expect(look({}, properties)).toEqual({ campaign: { source: 'one' } })
    expect(look({}, properties, 'track')).toBeUndefined()
  })

  test('that the sender told is kept whole', () => {
    const page = { search: '?utm_source=news&utm_medium=email&gclid=g1' }
    expect(look({ page, campaign: { name: 'first touch' } })).toEqual({ clickIds: { gclid: 'g1' } })
    expect(look({ page, campaign: {} })).toMatchObject({ campaign: { source: 'news' } })
  })

  test('has click ids as the advertisers wrote them, and none that was cut', () => {
    const search = `?GCLID=AbC&fbclid=f&fbclid=second&ttclid=${'t'.repeat(501)}&sccid=s&li_fat_id=l`
    expect(look({ page: { search } })).toEqual({ clickIds: { gclid: 'AbC', fbclid: 'f', ScCid: 's', li_fat_id: 'l' } })
  })

  test('is bounded and reaches no prototype', () => {
    const many = Array.from({ length: 300 }, (_, i) => `utm_x${i}=${'v'.repeat(400)}`).join('&')
    const found = look({ page: { search: `?${many}` } })?.['campaign'] as Record<string, string>
    expect(Object.keys(found)).toHaveLength(16)
    expect(new Set(Object.values(found).map((value) => value.length))).toEqual(new Set([255]))
    expect(look({ page: { search: '?utm___proto__=x&utm_=y&utm_constructor=z&utm_source=' } })).toEqual({
      campaign: { constructor: 'z' },
    })
  })

  test('is no campaign without any of it', () => {
    for (const context of [{}, { page: {} }, { page: 'x' }, { page: { url: 'https://a.example/?a=1', search: '' } }])
      expect(look(context)).toBeUndefined()
  })
})

test('an address is taken apart as browsers do', () => {
  expect(hostOf('https://User:pw@Shop.Example.:8443/a?b#c')).toBe('shop.example')
  expect(hostOf('android-app://com.google.android.gm/')).toBe('com.google.android.gm')
  expect(['/a', 'shop.example/a', '', 'https://'].map(hostOf)).toEqual([undefined, undefined, undefined, undefined])
  expect(parametersOf('?a=1+2&b&&c=%zz&d=%00x&=e')).toEqual([
    ['a', '1 2'],
    ['b', ''],
    ['c', '%zz'],
    ['d', '�x'],
    ['', 'e'],
  ])
})
