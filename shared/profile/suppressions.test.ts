import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anEvent, NOW } from '../../test/support/builders.ts'
import { DAY } from '../kernel/instant.ts'
import { suppressionDocuments } from './suppressions.ts'
import { eventKey, type StoredEvent } from './timeline.ts'

const told = (kind: string, ago: number, scope = 'all', recipient = 'ann@example.com'): StoredEvent => {
  const properties = { recipient, suppression: { kind, channel: 'email', scope } }
  const event = anEvent({ name: `Email ${kind}`, properties, timestamp: NOW - ago })
  return { key: eventKey(event), leaf: 'prf_0', copyId: event.messageId, event }
}
const scopes = (...rows: StoredEvent[]) => suppressionDocuments(rows).map(({ scope }) => scope)

describe('where nothing may be sent any more', () => {
  test('a hard bounce suppresses the address since it first was told; a lift takes it away, a later one counts anew', () => {
    expect(suppressionDocuments([told('suppress', 5), told('suppress', 3)])).toMatchObject([
      { channel: 'email', address: 'ann@example.com', scope: 'all', since: new Date(NOW - 5).toISOString() },
    ])
    expect(scopes(told('suppress', 5), told('lift', 3))).toEqual([])
    expect(scopes(told('suppress', 5), told('lift', 3), told('suppress', 1))).toEqual(['all'])
  })

  test('three soft bounces within seven days are one hard one; two, or three over a longer time, are not', () => {
    const soft = (...ago: number[]) => scopes(...ago.map((days) => told('soft_bounce', days * DAY)))
    expect(soft(6, 3, 0)).toEqual(['all'])
    expect(soft(3, 0)).toEqual([])
    expect(soft(14, 7, 0)).toEqual([])
  })

  test('scopes and addresses stand by themselves', () => {
    expect(scopes(told('suppress', 5, 'marketing'), told('lift', 3, 'news'))).toEqual(['marketing'])
    expect(scopes(told('suppress', 5), told('lift', 3, 'all', 'other@example.com'))).toEqual(['all'])
  })

  test('what is no note of a provider says nothing', () => {
    const event = anEvent({ properties: { suppression: 'all' } })
    expect(suppressionDocuments([{ key: 'k', leaf: 'prf_0', copyId: 'c', event }])).toEqual([])
  })

  test('the order in which events of providers arrive does not change what is suppressed', () => {
    const row = fc
      .tuple(fc.constantFrom('suppress', 'lift', 'soft_bounce', 'mirror'), fc.integer({ min: 0, max: 9 }))
      .map(([kind, days]) => told(kind, days * DAY))
    const lists = fc.array(row, { maxLength: 8 })
    fc.assert(
      fc.property(
        lists.chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length }))),
        ([rows, shuffled]) => {
          expect(suppressionDocuments(shuffled)).toEqual(suppressionDocuments(rows))
        },
      ),
    )
  })
})
