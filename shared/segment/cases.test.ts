import { describe, expect, test } from 'vitest'
import file from '../../test/fixtures/segmentation/cases.json'
import ownFile from '../../test/fixtures/segmentation/own-cases.json'
import { type Case, faultsOf } from '../../test/support/case-runner.ts'
import { translate } from './cases.ts'

const cases = [...file.cases, ...ownFile.cases] as unknown as readonly Case[]

test.each(cases)('$id $title', (each) => {
  expect(faultsOf(each)).toEqual([])
})

describe('the neutral notation', () => {
  test.each<[unknown, string]>([
    [{ and: [{ trait: 'a', op: 'exists' }, { not: { in_segmnt: 'x' } }] }, 'unsupported construct: in_segmnt'],
    [{ performed: 'A', weather: 'fine' }, 'unsupported construct: performed with weather'],
    [{ mood: 'good' }, 'unsupported construct: mood'],
    [{ constructor: 1 }, 'unsupported construct: constructor'],
    [{}, 'unsupported construct: {}'],
    ['everyone', 'a definition must be an object'],
    [{ and: 'x' }, 'and must be a list'],
  ])('%j is refused', (neutral, failure) => {
    expect(translate(neutral)).toEqual({ ok: false, failure })
  })

  test('what the language refuses is refused with the path', () => {
    expect(translate({ performed: 'A', window: { between: ['1d', '2d'] } })).toMatchObject({
      ok: false,
      failure: expect.stringMatching(/^window\.between: /),
    })
  })

  test('translates a return', () => {
    expect(translate({ returned_after: '30d', within: '7d' })).toEqual({
      ok: true,
      value: { type: 'returned', after: '30d', within: '7d' },
    })
  })
})
