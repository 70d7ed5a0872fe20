import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keyFrom } from '../../portal/src/segment/key-from.ts'
import { regionsOf } from '../../portal/src/segment/regions.ts'
import { stepsOf, swapSteps, withoutStep } from '../../portal/src/segment/steps.ts'
import { wordDifference } from '../../portal/src/segment/word-difference.ts'
import { DefinitionKey } from '../../shared/contract/definition.ts'
import { condition } from '../../shared/segment/arbitraries.case.ts'
import { type Condition, parseCondition } from '../../shared/segment/condition.ts'
import { fold } from '../../shared/segment/kinds.ts'
import { sentence } from '../../shared/segment/sentence.ts'

const text = fc.oneof(
  condition.map(sentence),
  fc.array(fc.constantFrom('a', 'b', ' ', '(', ')', ',', 'in the'), { maxLength: 12 }).map((parts) => parts.join('')),
)

test('what stayed and went is the old text, what stayed and came the new one', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const pieces = wordDifference(before, after)
      const without = (kind: string) => pieces.flatMap((piece) => (piece.kind === kind ? [] : piece.text)).join('')
      expect(without('new')).toBe(before)
      expect(without('gone')).toBe(after)
      expect(pieces.every((piece, i) => piece.text !== '' && piece.kind !== pieces[i + 1]?.kind)).toBe(true)
    }),
  )
})

test('a text that stayed the same has no difference', () => {
  fc.assert(
    fc.property(text, (same) => {
      expect(wordDifference(same, same).every(({ kind }) => kind === 'same')).toBe(true)
    }),
  )
})

test('the parts that segments cut each other into are those that counting people one by one gives', () => {
  const keys = ['a', 'b', 'c', 'd']
  const people = fc.array(fc.subarray(keys), { maxLength: 40 })
  const subsets = Array.from({ length: 15 }, (_, n) => keys.filter((_, i) => ((n + 1) >> i) & 1))
  fc.assert(
    fc.property(people, (everybody) => {
      const combinations = subsets.map((set) => ({
        keys: set,
        count: everybody.filter((person) => set.every((key) => person.includes(key))).length,
      }))
      for (const { keys: part, count } of regionsOf(combinations)) {
        expect(count).toBe(everybody.filter((person) => person.join() === part.join()).length)
      }
    }),
  )
})

test('a sequence stays one that can be saved when its steps are moved or taken away', () => {
  fc.assert(
    fc.property(condition, fc.nat(3), fc.boolean(), (given, at, isSwap) => {
      fold<void>(given, (node: Condition) => {
        if (node.type !== 'sequence' || node.steps.length < 2) return
        const steps = stepsOf(JSON.parse(JSON.stringify(node.steps)))
        const next = isSwap ? swapSteps(steps, at % steps.length) : withoutStep(steps, at % steps.length)
        const parsed = parseCondition({ type: 'sequence', steps: next })
        // A reference may now be to a step that did not happen: that is told, and for people to decide.
        const faults = parsed.ok
          ? []
          : parsed.failure.filter(({ message }) => message !== 'must be a step that happened')
        expect(faults).toEqual([])
      })
    }),
  )
})

test('the key made of a name is one that the API takes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      const key = keyFrom(name)
      if (key !== '' && key !== 'preview' && key !== 'overlap') expect(DefinitionKey.safeParse(key).success).toBe(true)
    }),
  )
  expect(keyFrom('Größte Käufer, Zürich!')).toBe('grosste_kaufer_zurich')
})
