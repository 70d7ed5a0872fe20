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
  const secret = 'long-enough-a-secret'
  const env = { CRM_SECRET: secret, WAREHOUSE_PASSWORD: secret, DB_PASSWORD: secret }
  const { state, hidden } = wantedBy(file, nothing, { env, withSecrets: false })
  expect(Object.values(state).flat().length).toBe(11)
  expect(hidden).toEqual([secret, secret, secret])
  expect(JSON.stringify(state)).not.toContain(secret)
})
