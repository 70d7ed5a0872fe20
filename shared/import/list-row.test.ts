import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { IdentitySettings } from '../identity/identity-settings.ts'
import type { JsonValue } from '../kernel/json.ts'
import type { RawRow } from './import-format.ts'
import { listPlan, listRow } from './list-row.ts'

const settings = IdentitySettings.parse({})
const cells = (...cells: string[]): RawRow => ({ row: 1, line: 2, content: { kind: 'cells', cells } })
const json = (value: JsonValue): RawRow => ({ row: 1, line: 2, content: { kind: 'json', value } })
const named = (row: RawRow, columns?: readonly string[], own = settings) => {
  const read = listRow(row, columns && listPlan(columns, own), own)
  return read.ok ? read.value.map(({ type, match }) => `${type}:${match}`) : read.failure.code
}

describe('the columns of a list', () => {
  test.each([
    [['user_id'], ['user_id']],
    [
      ['E-Mail', 'First Name'],
      ['email', undefined],
    ],
    [
      ['userId', 'Phone Number', 'anonymousId'],
      ['user_id', 'phone', 'anonymous_id'],
    ],
    [['crm'], ['crm']],
    [['crm', 'city'], undefined],
    [['name of the person'], undefined],
    [[''], undefined],
  ])('%j hold %j', (columns, plan) => {
    expect(listPlan(columns, settings)).toEqual(plan)
  })

  test('of a type that the workspace made count beside others', () => {
    const own = IdentitySettings.parse({ types: { crm: { priority: 5 } } })
    expect(listPlan(['crm', 'email', 'city'], own)).toEqual(['crm', 'email', undefined])
    expect(named(cells('C1', 'a@b.co', 'x'), ['crm', 'email', 'city'], own)).toEqual(['crm:C1', 'email:a@b.co'])
  })
})

describe('a row of a list', () => {
  test('names its identifiers, the strongest first, in normal form', () => {
    expect(named(cells(' A@B.co ', 'u1', '+1 555 123 4567'), ['email', 'user_id', 'phone'])).toEqual([
      'user_id:u1',
      'email:a@b.co',
      'phone:+15551234567',
    ])
    expect(named(json({ city: 'x', user_id: 7, email: null }))).toEqual(['user_id:7'])
    expect(named(json({ crm: 'C1' }))).toEqual(['crm:C1'])
  })

  test.each([
    [json(['u1']), 'no_identifier'],
    [json('u1'), 'no_identifier'],
    [json({}), 'no_identifier'],
    [json({ user_id: { a: 1 } }), 'bad_identifier'],
    [json({ email: 'no mail' }), 'bad_identifier'],
    [json({ user_id: 'anonymous' }), 'blocked_identifier'],
    [
      { row: 1, line: 1, content: { kind: 'fault', fault: { code: 'broken_row', column: '', message: 'x' } } },
      'broken_row',
    ],
  ] as [RawRow, string][])('%j is refused as %s', (row, code) => {
    expect(named(row)).toBe(code)
  })

  test('a cell that is no identifier does not hide one that is', () => {
    expect(named(cells('no mail', 'u1'), ['email', 'user_id'])).toEqual(['user_id:u1'])
    expect(named(cells('', ''), ['email', 'user_id'])).toBe('no_identifier')
  })

  test('whatever stands in it, reading it ends with identifiers or with one reason', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 2 }), (value) => {
        const read = listRow(json(value as JsonValue), undefined, settings)
        if (read.ok) expect(read.value.length).toBeGreaterThan(0)
        else expect(read.failure.code).toMatch(/^(no|bad|blocked)_identifier$/)
      }),
    )
  })
})
