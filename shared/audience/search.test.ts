import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ProfileDocument } from '../segment/profile-document.ts'
import { foldText } from './fold-text.ts'
import { searchQueryOf } from './search-query.ts'
import { searchTextOf } from './search-text.ts'

describe('folding', () => {
  test('folding twice is folding once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(foldText(foldText(text))).toBe(foldText(text))
      }),
    )
  })

  test.each([
    ['MÜLLER', 'muller'],
    ['Straße', 'strasse'],
    ['Łukasz', 'lukasz'],
    ['İstanbul', 'istanbul'],
    ['ｆｕｌｌ', 'full'],
  ])('%s is %s', (text, folded) => {
    expect(foldText(text)).toBe(folded)
  })
})

describe('what was typed', () => {
  test('everything in it is within quotes, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (typed) => {
        for (const expression of Object.values(searchQueryOf(typed) ?? {})) {
          if (expression === null) continue
          expect(expression.replace(/"(?:[^"]|"")*"/g, '').replace(/AND|OR|[()* ]/g, '')).toBe('')
        }
      }),
    )
  })

  test('any part of a word of a person finds their text', () => {
    const part = fc.tuple(fc.stringMatching(/^[a-zäöüéñ]{4,20}$/), fc.nat(), fc.integer({ min: 3, max: 10 }))
    fc.assert(
      fc.property(part, ([name, from, length]) => {
        const at = from % (name.length - 3)
        const { grams } = searchQueryOf(name.slice(at, at + length).toUpperCase()) ?? {}
        expect(searchTextOf(personWith(name))).toContain(JSON.parse(String(grams)))
      }),
    )
  })

  test.each(['', '  ', '"', '* -', '()'])('there is nothing to look for in %j', (typed) => {
    expect(searchQueryOf(typed)).toBeUndefined()
  })

  test('a number is looked for by its digits, and without the zero that is dialled at home', () => {
    expect(searchQueryOf('(030) 123-45')).toEqual({ grams: '("03012345" OR "3012345")', words: null })
    expect(searchQueryOf('ann 12')).toEqual({ grams: '"ann"', words: '"12"*' })
  })
})

function personWith(name: string): ProfileDocument {
  const traits = { name: { value: name, at: 1 } }
  const empty = { identifiers: {}, counters: {}, memberships: {}, consents: {}, computed: {} }
  return { id: 'prf_x', workspace: 'w', version: 1, configVersion: 1, traits, ...empty, firstSeen: 1, lastSeen: 1 }
}

describe('the text of a person', () => {
  test('has identifiers, strings inside of traits, and phone numbers as digits; no list marks, no numbers', () => {
    const document: ProfileDocument = {
      ...personWith('Zoë'),
      traits: {
        name: { value: 'Zoë', at: 1 },
        tags: { value: ['VIP', { deep: 'Down' }], at: 1 },
        age: { value: 41, at: 1 },
        '$list:members': { value: 5, at: 1 },
      },
      identifiers: { email: ['Z@Example.com'], phone: ['+49 30 12345'] },
    }
    expect(searchTextOf(document).split('\n')).toEqual([
      'z@example.com',
      '+49 30 12345',
      '493012345',
      'zoe',
      'vip',
      'down',
    ])
  })

  test('is bounded however much somebody stores', () => {
    const tags = Array.from({ length: 1_000 }, (_, i) => `${i}`.padEnd(600, 'x'))
    expect(searchTextOf({ ...personWith('a'), traits: { tags: { value: tags, at: 1 } } }).length).toBeLessThanOrEqual(
      8_000,
    )
  })
})
