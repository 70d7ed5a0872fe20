import { describe, expect, test } from 'vitest'
import type { Event } from '../event/event.ts'
import type { JsonObject } from '../kernel/json.ts'
import { referrer } from './referrer.ts'

const look = (context: JsonObject, internalDomains: readonly string[] = []) =>
  referrer.look(
    { event: { type: 'page', context } as Event, geo: undefined, agentOf: () => ({}) },
    { enabled: true, internalDomains: [...internalDomains] },
  )?.context?.['referrer']
const from = (referrer: string, search = '') =>
  look({ page: { url: `https://www.shop.example/${search}`, search, referrer } })

describe('where a visit came from', () => {
  test.each<[string, string, object]>([
    ['', '', { type: 'direct' }],
    ['$direct', '', { type: 'direct' }],
    ['https://shop.example/cart', '', { type: 'internal', name: 'shop.example' }],
    ['https://blog.shop.example/', '?utm_medium=cpc', { type: 'internal', name: 'blog.shop.example' }],
    ['https://www.google.co.uk/', '', { type: 'search', name: 'Google' }],
    ['https://www.bing.com/search?q=red+shoes&form=x', '', { type: 'search', name: 'Bing', term: 'red shoes' }],
    ['https://de.search.yahoo.com/search?p=a', '', { type: 'search', name: 'Yahoo', term: 'a' }],
    ['https://www.google.com/', '?gclid=x', { type: 'paid', name: 'Google' }],
    ['https://l.facebook.com/', '?fbclid=x', { type: 'social', name: 'Facebook' }],
    ['https://www.pinterest.de/pin/1', '', { type: 'social', name: 'Pinterest' }],
    ['https://l.facebook.com/', '?utm_medium=paid_social', { type: 'paid', name: 'Facebook' }],
    ['https://mail.google.com/', '', { type: 'email', name: 'Gmail' }],
    ['android-app://com.google.android.gm/', '', { type: 'email', name: 'Gmail' }],
    ['', '?utm_source=x&utm_medium=email', { type: 'email' }],
    ['https://docs.google.com/document/1', '', { type: 'other', name: 'docs.google.com' }],
    ['https://chatgpt.com/', '', { type: 'ai', name: 'ChatGPT' }],
    ['', '?utm_source=chatgpt.com', { type: 'ai' }],
    ['https://gemini.google.com/app', '', { type: 'ai', name: 'Gemini' }],
    ['https://www.news.example.org/a', '', { type: 'other', name: 'news.example.org' }],
    ['https://google.evil.com/', '', { type: 'other', name: 'google.evil.com' }],
    ['no address', '', { type: 'other' }],
  ])('%s%s', (referrer, search, found) => expect(from(referrer, search)).toEqual(found))

  test('is internal for domains that the workspace calls its own, and not for a neighbour on shared ground', () => {
    const page = { url: 'https://a.myshopify.com/', referrer: 'https://b.myshopify.com/' }
    expect(look({ page })).toMatchObject({ type: 'other' })
    expect(look({ page: { ...page, referrer: 'https://pay.checkout.example/' } }, ['checkout.example'])).toMatchObject({
      type: 'internal',
    })
    const british = { url: 'https://one.co.uk/', referrer: 'https://two.co.uk/' }
    expect(look({ page: british })).toMatchObject({ type: 'other' })
    expect(look({ page: { url: 'https://10.0.0.1/', referrer: 'https://10.0.0.2/' } })).toMatchObject({ type: 'other' })
  })

  test('is said only by those who know: a page without a referrer field, or an app, says nothing', () => {
    expect(look({ page: { url: 'https://shop.example/' } })).toBeUndefined()
    expect(look({})).toBeUndefined()
  })

  test('is left to the sender who classified it', () => {
    const page = { url: 'https://shop.example/', referrer: 'https://www.google.com/' }
    expect(look({ page, referrer: { id: 'r1', type: 'dribbble' } })).toBeUndefined()
    expect(look({ page, referrer: 'https://www.google.com/' })).toBeUndefined()
    expect(look({ page, referrer: { url: 'https://www.google.com/' } })).toEqual({ type: 'search', name: 'Google' })
  })
})
