import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isMasked } from '../../portal/src/masked.ts'
import { deepPatch } from '../../portal/src/pages/settings/deep-patch.ts'
import { identityPath, typeRows, typesPatch } from '../../portal/src/pages/settings/identity-rules.ts'
import { MASK, maskedText } from '../../shared/masking/mask-text.ts'

/** What the forms of settings make of what was typed. */
type Json = Record<string, unknown>

/** RFC 7396, as the server's SQLite does it. */
function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const before = typeof target === 'object' && target !== null && !Array.isArray(target) ? (target as Json) : {}
  const after: Json = { ...before }
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete after[name]
    else after[name] = merged(before[name], value)
  }
  return after
}

const names = fc.constantFrom('a', 'b', 'c', 'd')
const leaf = fc.oneof(fc.integer(), fc.boolean(), fc.string(), fc.array(fc.integer(), { maxLength: 3 }))
const settings: fc.Arbitrary<Json> = fc.letrec<{ node: Json }>((tie) => ({
  node: fc.dictionary(names, fc.oneof({ maxDepth: 2 }, leaf, tie('node')), { noNullPrototype: true }),
})).node

describe('the patch of a form', () => {
  test('makes settings what the form says, and names nothing that stays', () => {
    fc.assert(
      fc.property(settings, settings, (before, after) => {
        const patch = deepPatch(before, after)
        expect(withoutEmpty(merged(before, patch))).toEqual(withoutEmpty(after))
        expect(deepPatch(after, after)).toEqual({})
      }),
    )
  })

  test('of rules by type: what changed, what is gone, what is new', () => {
    const workspace = {
      identifierTypes: {
        email: { priority: 20, limit: 5, blockedValues: ['x@y.z'] },
        user_id: { priority: 10, limit: 1 },
        loyalty: { priority: 25, limit: 3 },
      },
    }
    const before = typeRows(workspace)
    expect(before.map(({ type }) => type)).toEqual(['user_id', 'email', 'loyalty'])
    const after = [
      { type: 'user_id', priority: 10, limit: 1 },
      { type: 'email', priority: 20, limit: 2 },
      { type: 'card', priority: 30 },
    ]
    expect(typesPatch(before, after)).toEqual({ loyalty: null, email: { limit: 2 }, card: { priority: 30 } })
    expect(typesPatch(before, before)).toEqual({})
  })

  test('what the server says of a rule stands at its row', () => {
    const said = { types: [{ type: 'user_id' }, { type: 'email', limit: 0 }] }
    expect(identityPath('identity.types.email.limit', said)).toBe('types.1.limit')
    expect(identityPath('identity.types.gone.limit', said)).toBe('types.gone.limit')
    expect(identityPath('identity.matching.mode', said)).toBe('matching.mode')
  })
})

test('the portal knows what the server masks', () => {
  for (const text of ['Ada', 'ada@b.co', '1815-12-10']) expect([text, isMasked(maskedText(text))]).toEqual([text, true])
  expect(isMasked(`{"city":"${MASK}"}`)).toBe(true)
  expect(isMasked('Ada • Lovelace')).toBe(false)
})

/** An object with nothing in it and none at all are one for settings. */
function withoutEmpty(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const kept = Object.entries(value).map(([name, inner]) => [name, withoutEmpty(inner)] as const)
  return Object.fromEntries(
    kept.filter(
      ([, inner]) => typeof inner !== 'object' || Array.isArray(inner) || Object.keys(inner as object).length > 0,
    ),
  )
}
