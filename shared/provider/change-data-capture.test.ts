import { describe, expect, test } from 'vitest'
import { NOW, told, tools } from '../../test/support/provider-told.ts'
import { providers } from './index.ts'

describe('a change of Salesforce', () => {
  const header = {
    entityName: 'Contact',
    recordIds: ['003A'],
    transactionKey: 't',
    sequenceNumber: 2,
    commitNumber: 9,
    nulledFields: [] as string[],
    diffFields: [] as string[],
    changedFields: [] as string[],
  }
  const change = (extra: object, fields: object = {}) =>
    told('salesforce', { payload: { ChangeEventHeader: { ...header, ...extra }, ...fields } })

  test.each<[string, object, object, object]>([
    [
      'what was emptied is emptied',
      { changeType: 'UPDATE', changedFields: ['Phone'], nulledFields: ['Phone'] },
      { Phone: null },
      { op: 'update', set: {}, clear: ['Phone'] },
    ],
    [
      'a field that was emptied is not what an enricher says of it',
      { changeType: 'UPDATE', changedFields: ['Phone'], nulledFields: ['Phone'] },
      { Phone: '1' },
      { set: {}, clear: ['Phone'] },
    ],
    [
      'a part of a compound field',
      { changeType: 'UPDATE', changedFields: ['MailingAddress.City'] },
      { MailingAddress: { City: 'Rome', Street: null } },
      { set: { 'MailingAddress.City': 'Rome' }, clear: [] },
    ],
    [
      'a diff is fetched',
      { changeType: 'UPDATE', changedFields: ['Description'], diffFields: ['Description'] },
      { Description: '--- \n+++' },
      { set: {}, refetch: ['Description'] },
    ],
    [
      'a bitmap that nobody decoded',
      { changeType: 'UPDATE', changedFields: ['0x400080', '4-0x01'] },
      { Name: 'x' },
      { op: 'mark_dirty_and_refetch', set: {}, clear: [] },
    ],
    ['too much at once', { changeType: 'GAP_OVERFLOW', recordIds: ['000000000000000AAA'] }, {}, { op: 'resync' }],
    ['a wildcard', { changeType: 'UPDATE', recordIds: ['003*'] }, { Name: 'x' }, { op: 'resync', set: {} }],
    ['a deletion', { changeType: 'DELETE' }, {}, { op: 'delete', order: { commitNumber: 9, sequenceNumber: 2 } }],
  ])('%s', (_, extra, fields, expected) => {
    expect(change(extra, fields)).toMatchObject([{ dedup: expect.stringMatching(/^Contact:\S+:t:2$/), ...expected }])
  })

  test('of many records is told of each', () => {
    expect(change({ changeType: 'CREATE', recordIds: ['003A', '003B'] }, { Email: 'a@b.c' })).toMatchObject([
      { record: '003A' },
      { record: '003B' },
    ])
  })

  test('over CometD a null that changed was emptied', () => {
    const { nulledFields: _, ...bare } = header
    const payload = {
      ChangeEventHeader: { ...bare, changeType: 'UPDATE', changedFields: ['Fax'] },
      Fax: null,
      Name: null,
    }
    expect(
      told('salesforce', {
        data: { schema: 's', payload, event: { replayId: 6 } },
        channel: '/data/ContactChangeEvent',
      }),
    ).toMatchObject([{ clear: ['Fax'], set: {}, replayId: 6 }])
  })

  test('in CSV: rows with an Id, and a row without one alone is not understood', () => {
    const csv = '\uFEFFId,Email,"Last ""N"""\r\n003A,a@b.c,"O\nNeil"\r\n,x@y.z,\r\n'
    const kept = { query: 'entity=Lead', headers: { 'content-type': 'text/csv' }, text: csv, receivedAt: NOW }
    const read = providers.salesforce.read(kept, tools)
    if (!read.ok) throw new Error(read.failure)
    expect(read.value.map((row) => told('salesforce', row, kept))).toMatchObject([
      [{ entity: 'Lead', record: '003A', set: { Email: 'a@b.c', 'Last "N"': 'O\nNeil' } }],
      'a row has no Id',
    ])
  })
})
