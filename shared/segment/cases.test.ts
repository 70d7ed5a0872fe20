import { describe, expect, test } from 'vitest'
import file from '../../test/fixtures/segmentation/cases.json'
import { type Case, faultsOf } from '../../test/support/case-runner.ts'
import { translate, UNSUPPORTED } from './cases.ts'

const cases = file.cases as unknown as readonly Case[]
const unsupportedIn = (each: Case): string | undefined => {
  const translated = translate(each.definition)
  return translated.ok ? undefined : /^unsupported construct: (.*)$/.exec(translated.failure)?.[1]
}

describe('the cases that fix the semantics', () => {
  test.each(cases.filter((each) => unsupportedIn(each) === undefined))('$id $title', (each) => {
    expect(faultsOf(each)).toEqual([])
  })

  test('the constructs the language does not have yet are exactly these', () => {
    const met = new Set(cases.map(unsupportedIn).filter((construct) => construct !== undefined))
    // When one becomes supported, it is taken out of here and of UNSUPPORTED.
    expect([...met].sort()).toEqual(
      'computed in_segment last_performed percentile regularly sequence stopped trait_changed trait_has_been'.split(
        ' ',
      ),
    )
    expect([...UNSUPPORTED].sort()).toEqual([...met, 'first_performed', 'restarted'].sort())
  })
})

describe('the neutral notation', () => {
  test.each<[unknown, string]>([
    [{ and: [{ trait: 'a', op: 'exists' }, { not: { in_segment: 'x' } }] }, 'unsupported construct: in_segment'],
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
