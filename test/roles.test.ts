import { expect, test } from 'vitest'
import { SCOPES } from '../shared/contract/contract.ts'
import { ROLE_NAMES, ROLES } from '../shared/contract/roles.ts'

const page = import.meta.glob<string>('../docs/roles.md', { query: '?raw', import: 'default', eager: true })

test('docs/roles.md says what the roles may', () => {
  const text = Object.values(page)[0] ?? ''
  for (const role of ROLE_NAMES) {
    const { about, scopes } = ROLES[role]
    const [, , told = '', listed = ''] =
      new RegExp(`^\\| \`${role}\` \\| (.*) \\| (.*) \\|$`, 'm').exec(text)?.[0].split('|') ?? []
    const named = [...listed.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string)
    const expected = listed.includes('all but') ? SCOPES.filter((scope) => !named.includes(scope)) : named
    expect([role, told.trim(), [...expected].sort()]).toEqual([role, about, [...scopes].sort()])
  }
})
