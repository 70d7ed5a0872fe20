import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SCOPES } from './contract.ts'
import { isGranted } from './granted.ts'
import { grantOfToken, ROLE_NAMES, ROLES } from './roles.ts'

test('each role may all that the next one may, and none may administer the deployment', () => {
  const may = (role: (typeof ROLE_NAMES)[number]) => SCOPES.filter((scope) => isGranted(ROLES[role].scopes, scope))
  expect(may('admin')).toEqual(expect.arrayContaining(may('operator')))
  expect(may('operator')).toEqual(expect.arrayContaining(may('analyst')))
  for (const role of ROLE_NAMES) expect(may(role)).not.toContain('admin')
  for (const scope of ['tokens:write', 'members:write', 'workspace:write'] as const)
    expect(ROLE_NAMES.filter((role) => may(role).includes(scope))).toEqual(['admin'])
})

test('an analyst changes nothing and takes nothing out of the lake', () => {
  const isChange = (scope: string) => /:(?:write|erase|export)$/.test(scope) || scope.startsWith('lake')
  expect(ROLES.analyst.scopes.filter(isChange)).toEqual([])
  expect(ROLE_NAMES.filter((role) => ROLES[role].masked)).toEqual(['analyst'])
})

test('a token with scopes is what it was and never masked; a role that nobody knows grants nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...SCOPES)), (scopes) => {
      expect(grantOfToken(scopes, null)).toEqual({ scopes, role: null, masked: false })
      expect(grantOfToken(scopes, 'owner')).toEqual({ scopes: [], role: null, masked: true })
    }),
  )
})
