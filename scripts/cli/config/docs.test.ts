import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/kernel/json.ts'
import { withoutComments } from './json-comments.ts'
import { wantedBy } from './wanted.ts'

test('the example of docs/configuration.md is a file that can be applied', () => {
  const [, example = ''] = /```jsonc\n([\s\S]*?)```/.exec(readFileSync('docs/configuration.md', 'utf8')) ?? []
  const file = JSON.parse(
    withoutComments(example).replace('{ "file": "own-code.js" }', '"export const onEvent = 1"'),
  ) as JsonObject
  const nothing = { state: {}, ids: new Map() }
  const { state, hidden } = wantedBy(file, nothing, { env: { CRM_SECRET: 'long-enough-a-secret' }, withSecrets: false })
  expect(Object.values(state).flat().length).toBe(8)
  expect(hidden).toEqual(['long-enough-a-secret'])
  expect(JSON.stringify(state)).not.toContain('long-enough-a-secret')
})
