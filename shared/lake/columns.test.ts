import { expect, test } from 'vitest'
import { GOLD, SILVER, type Table } from './columns.ts'

/**
 * Columns as they were first written. A reader of years of files depends on it: add at the end, raise `schema`, and add
 * the new ones here; nothing that stands here may ever change.
 */
const FIRST: { readonly [table: string]: string } = {
  events:
    'message_id text! source text! type text! name text timestamp instant! received_at instant! canonical_id text! leaf text! ' +
    'user_id text anonymous_id text previous_id text group_id text category text properties json traits json context json ' +
    'integrations json extra json consents json late boolean! clock boolean! original_timestamp text sent_at text copy_id text!',
  changes: 'key text! change text! canonical_id text! other text merge_id text received_at instant!',
  quarantine:
    'copy_id text! message_id text source text canonical_id text leaf text received_at instant! reason text! line json',
  index: 'key text! object text! line integer! outcome text! received_at instant!',
}

test('columns are only ever added, at the end', () => {
  const written = ({ columns }: Table) =>
    columns.map(({ name, type, required }) => `${name} ${type}${required ? '!' : ''}`)
  for (const [table, first] of Object.entries({ ...FIRST, own_events: FIRST['events'] as string })) {
    const now = written(SILVER[table as keyof typeof SILVER])
    expect([table, now.join(' ').startsWith(first)]).toEqual([table, true])
  }
  for (const [table, { columns }] of Object.entries({ ...SILVER, ...GOLD }))
    expect([table, new Set(columns.map(({ name }) => name)).size]).toEqual([table, columns.length])
})
