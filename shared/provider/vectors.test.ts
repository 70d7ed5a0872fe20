import { describe, expect, test } from 'vitest'
import { faultsOfItem, type VectorFile } from '../../test/support/provider-case.ts'

const files = import.meta.glob<VectorFile>('../../test/fixtures/providers/*.json', { import: 'default', eager: true })

describe.each(Object.entries(files))('the vectors of %s', (_, file) => {
  test.each(file.items.map((item) => [String(item['id']), item] as const))('%s', async (_id, item) => {
    expect(await faultsOfItem(file, item)).toEqual([])
  })
})

describe('the runner itself', () => {
  const file = Object.values(files).find(({ provider, kind }) => provider === 'sendgrid' && kind === 'event_samples')
  const [item] = file?.items ?? []

  test.each([
    ['another type', [{ type: 'delivered' }]],
    ['another time', [{ type: 'accepted', at: 1513299570 }]],
    ['one event too many', [{ type: 'accepted' }, { type: 'accepted' }]],
    ['a field that is not there', [{ type: 'accepted', scope: 'all' }]],
    ['an expectation that nobody understands', { no_such_thing: 1 }],
  ])('sees %s', async (_, wrong) => {
    expect(await faultsOfItem(file as VectorFile, { ...item, expect: wrong })).not.toEqual([])
  })

  const oneClick = Object.values(files).find(({ provider }) => provider === 'email')

  test.each([
    ['another status', { status: 201 }],
    ['a status that is not among those', { status_in: [202] }],
    ['a page where somebody was taken off', { shows: 'confirmation page with a form' }],
    ['an expectation that nobody understands', { no_such_thing: 1 }],
  ])('sees %s of a one-click request', async (_, wrong) => {
    const [post] = oneClick?.items ?? []
    expect(await faultsOfItem(oneClick as VectorFile, { ...post, expect: wrong })).not.toEqual([])
  })

  test('sees that an item is to be the same as one that is not there', async () => {
    const wrong = { ...item, expect: { same_as: 'nobody' } }
    expect(await faultsOfItem(file as VectorFile, wrong)).toEqual(['there is no item nobody'])
  })
})
