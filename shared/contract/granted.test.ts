import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SCOPES } from './contract.ts'
import { EVERY_SCOPE, EVERY_SCOPE_OF_WORKSPACE, isGranted, notHeld } from './granted.ts'

const lists = fc.array(fc.constantFrom(...SCOPES, EVERY_SCOPE, EVERY_SCOPE_OF_WORKSPACE))

test('what a token made by a token grants, that one grants too', () => {
  fc.assert(
    fc.property(lists, lists, (held, wanted) => {
      if (notHeld(held, wanted).length > 0) return
      for (const scope of SCOPES) if (isGranted(wanted, scope)) expect(isGranted(held, scope)).toBe(true)
      for (const wildcard of [EVERY_SCOPE, EVERY_SCOPE_OF_WORKSPACE] as const) {
        if (wanted.includes(wildcard)) expect(held.some((scope) => scope.includes('*'))).toBe(true)
      }
    }),
  )
})

test('the wildcards hold scopes that are invented later; only one of them holds admin', () => {
  for (const scope of [...SCOPES, 'invented:later' as never]) {
    expect(isGranted([EVERY_SCOPE], scope)).toBe(true)
    expect(isGranted([EVERY_SCOPE_OF_WORKSPACE], scope)).toBe(scope !== 'admin')
    expect(isGranted([], scope)).toBe(false)
  }
})

test('a text that is no scope passes nothing on', () => {
  expect(notHeld(['sources:read'], ['__proto__', 'sources:*', ''])).toEqual(['__proto__', 'sources:*', ''])
})
