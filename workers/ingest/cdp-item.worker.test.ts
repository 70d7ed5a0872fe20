import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../../shared/kernel/json.ts'
import { cdpItem } from './cdp-item.ts'

const payload = { type: 'TRACK', userId: 'u1', name: 'Bought' }
const valid = { eventId: 'e1', ts: '2026-03-15T12:00:00Z', payload }
const wrong = (fields: object) => ({ ...valid, payload: { ...payload, ...fields } })

describe('/cdp/ingest', () => {
  test.each<[string, unknown]>([
    ['the body must be a JSON object', []],
    ['the body must be a JSON object', null],
    ['eventId must be a non-empty string', { ...valid, eventId: undefined }],
    ['eventId must be a non-empty string', { ...valid, eventId: '' }],
    ['eventId must be a non-empty string', { ...valid, eventId: '  ' }],
    ['eventId must be a non-empty string', { ...valid, eventId: 7 }],
    ['eventId must not be longer than 255 characters', { ...valid, eventId: 'e'.repeat(256) }],
    ['ts must be an ISO 8601 date and time', { ...valid, ts: undefined }],
    ['ts must be an ISO 8601 date and time', { ...valid, ts: 1_763_000_000_000 }],
    ['ts must be an ISO 8601 date and time', { ...valid, ts: 'yesterday' }],
    ['ts must be an ISO 8601 date and time', { ...valid, ts: '2026-02-30T12:00:00Z' }],
    ['payload must be a JSON object', { ...valid, payload: undefined }],
    ['payload.type must be one of IDENTIFY, TRACK, ALIAS', wrong({ type: 'PAGE' })],
    ['payload.type must be one of IDENTIFY, TRACK, ALIAS', wrong({ type: undefined })],
    ['at least one of userId, email, anonymousId is required', wrong({ userId: undefined })],
    ['at least one of userId, email, anonymousId is required', wrong({ userId: '', email: ' ', anonymousId: null })],
    ['payload.email must be a string', wrong({ email: { a: 1 } })],
    ['payload.userId must be a string', wrong({ userId: 5 })],
    ['TRACK events require a name', wrong({ name: undefined })],
    ['TRACK events require a name', wrong({ name: ' ' })],
    ['ALIAS events require a previousId', wrong({ type: 'ALIAS' })],
    ['ALIAS events require a userId', wrong({ type: 'ALIAS', userId: null, email: 'a@b.co', previousId: 'a1' })],
    ['properties must be an object', wrong({ properties: 'many' })],
    ['context must be an object', wrong({ context: 'x', email: 'a@b.co' })],
    ['traits must be an object', wrong({ type: 'IDENTIFY', email: 'a@b.co', traits: 5 })],
    ['email longer than 255 characters', wrong({ email: `${'e'.repeat(255)}@b.co` })],
    ['userId longer than 255 characters', wrong({ userId: 'u'.repeat(256) })],
  ])('%s', (message, body) => {
    expect(cdpItem(JSON.parse(JSON.stringify(body)) as JsonValue)).toEqual({ ok: false, failure: message })
  })

  test('an IDENTIFY knows its e-mail as an identifier and as a trait', () => {
    const body = { ...valid, payload: { type: 'IDENTIFY', email: 'Ann@b.co', traits: { plan: 'pro' } } }
    expect(cdpItem(body)).toEqual({
      ok: true,
      value: {
        eventId: 'e1',
        item: {
          type: 'identify',
          messageId: 'e1',
          timestamp: '2026-03-15T12:00:00Z',
          traits: { plan: 'pro', email: 'Ann@b.co' },
          context: { externalIds: [{ type: 'email', id: 'Ann@b.co' }] },
        },
      },
    })
  })

  test('an e-mail that was sent as a trait stays as it was sent', () => {
    const body = { ...valid, payload: { type: 'IDENTIFY', email: 'a@b.co', traits: { email: 'work@b.co' } } }
    expect(cdpItem(body)).toMatchObject({ value: { item: { traits: { email: 'work@b.co' } } } })
  })

  test('an ALIAS and further fields go through', () => {
    const body = {
      ...valid,
      payload: { type: 'ALIAS', userId: 'u1', previousId: 'a1', context: { ip: '::1' }, channel: 'web' },
    }
    expect(cdpItem(body)).toMatchObject({
      value: { item: { type: 'alias', userId: 'u1', previousId: 'a1', context: { ip: '::1' }, channel: 'web' } },
    })
  })

  test('other external ids stay beside the e-mail', () => {
    const context = { externalIds: [{ type: 'crm', id: '7' }] }
    expect(cdpItem(wrong({ email: 'a@b.co', context }))).toMatchObject({
      value: {
        item: {
          context: {
            externalIds: [
              { type: 'email', id: 'a@b.co' },
              { type: 'crm', id: '7' },
            ],
          },
        },
      },
    })
  })
})
