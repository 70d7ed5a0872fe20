import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { blankOf, TYPES_OFFERED } from '../../portal/src/segment/blank.ts'
import { type Branch, branchOf, conditionOf, isGroup } from '../../portal/src/segment/branch.ts'
import { addTo, moveBranch, negate, removeBranch, wrapBranch } from '../../portal/src/segment/edit-branch.ts'
import {
  durationParts,
  durationText,
  operandFor,
  typedValue,
  valueKind,
  valueText,
} from '../../portal/src/segment/parts.ts'
import type { JsonObject, JsonValue } from '../../shared/kernel/json.ts'
import { condition } from '../../shared/segment/arbitraries.case.ts'
import { value } from '../../shared/segment/arbitraries-values.case.ts'
import { Condition, parseCondition } from '../../shared/segment/condition.ts'
import { fold } from '../../shared/segment/kinds.ts'
import { OPERATOR_NAMES, operandFault } from '../../shared/segment/operators.ts'

const leafOf = (branch: Branch): Branch[] => (isGroup(branch) ? branch.items.flatMap(leafOf) : [branch])

describe('a condition in the builder', () => {
  test('every valid condition comes back from the builder as it went in', () => {
    fc.assert(
      fc.property(condition, (given) => {
        expect(conditionOf(branchOf(given as JsonObject))).toEqual(given)
      }),
    )
  })

  test('every branch has an id of its own', () => {
    fc.assert(
      fc.property(condition, (given) => {
        const ids = (branch: Branch): string[] => [branch.id, ...(isGroup(branch) ? branch.items.flatMap(ids) : [])]
        const all = ids(branchOf(given as JsonObject))
        expect(new Set(all).size).toBe(all.length)
      }),
    )
  })

  test('what is offered is every type of condition there is, and none twice', () => {
    const types = Condition.options
      .map(({ shape }) => shape.type.value)
      .filter((type) => !['and', 'or', 'not'].includes(type))
    expect(TYPES_OFFERED.flatMap(([, types]) => types).toSorted()).toEqual(types.toSorted())
  })

  test('whatever is done to a tree, what is left is conditions of the language that were there, or new ones', () => {
    const act = fc.tuple(fc.constantFrom('negate', 'remove', 'up', 'down', 'wrap', 'add'), fc.nat(20))
    fc.assert(
      fc.property(condition, fc.array(act, { maxLength: 6 }), (given, acts) => {
        let root: Branch | undefined = branchOf(given as JsonObject)
        for (const [what, n] of acts) {
          if (!root) break
          const leaves = leafOf(root)
          const { id } = leaves[n % leaves.length] as Branch
          const added = branchOf({ type: 'everyone' })
          if (what === 'negate') root = negate(root, id)
          else if (what === 'remove') root = removeBranch(root, id)
          else if (what === 'wrap') root = wrapBranch(root, id, 'or', added)
          else if (what === 'add') root = addTo(root, id, added)
          else root = moveBranch(root, id, what === 'up' ? -1 : 1)
        }
        if (!root) return
        const parsed = parseCondition(conditionOf(root))
        // Wrapping a thing again and again may nest it too deep, which is said and is no loss.
        if (!parsed.ok) expect(parsed.failure[0]?.message).toContain('nested deeper')
      }),
    )
  })

  test('negating twice, moving there and back, and adding and removing change nothing', () => {
    fc.assert(
      fc.property(condition, fc.nat(20), (given, n) => {
        const root = branchOf(given as JsonObject)
        const leaves = leafOf(root)
        const leaf = leaves[n % leaves.length] as Branch
        if (leaf.nots < 2) expect(negate(negate(root, leaf.id), leaf.id)).toEqual(root)
        const moved = moveBranch(root, leaf.id, 1)
        if (JSON.stringify(moved) !== JSON.stringify(root)) expect(moveBranch(moved, leaf.id, -1)).toEqual(root)
        const added = branchOf({ type: 'everyone' })
        if (isGroup(root) && root.items.length > 1) {
          expect(removeBranch(addTo(root, root.id, added), added.id)).toEqual(root)
        }
      }),
    )
  })
})

describe('fields', () => {
  test('a duration comes back from its fields as it was written', () => {
    fc.assert(
      fc.property(condition, (given) => {
        fold<void>(given, (node) => {
          for (const text of Object.values(node)) {
            if (typeof text !== 'string' || !/^[\d.]+(ms|[smhdw])$/.test(text)) continue
            expect(durationText(durationParts(text))).toBe(text)
          }
        })
      }),
    )
  })

  test('a value that is typed as it is shown is the same value', () => {
    fc.assert(
      fc.property(
        value.filter((each) => each !== ''),
        (given) => {
          expect(typedValue(valueText(given), valueKind(given))).toEqual(given)
        },
      ),
    )
  })

  test('an operand that goes over to another operator is one that it takes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...OPERATOR_NAMES), fc.option(value, { nil: undefined }), (op, before) => {
        const operand: JsonValue | undefined = operandFor(op, before)
        if (operand !== undefined) expect(operandFault(op, operand)).toBeUndefined()
      }),
    )
  })

  test('a condition of another type keeps the event and what must hold on it', () => {
    const where = [{ property: 'sku', op: 'eq', value: 'A' }]
    expect(blankOf('aggregate', { type: 'event', name: 'Order Completed', where })).toMatchObject({
      event: 'Order Completed',
      where,
    })
    expect(blankOf('trait', { type: 'event', name: 'Order Completed', where })).toEqual({
      type: 'trait',
      path: '',
      op: 'eq',
    })
  })
})
