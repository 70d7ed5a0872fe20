import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** docs/sdks.md claims only what a test has done. */
const text = readFileSync('docs/sdks.md', 'utf8')
const tests = readdirSync('test/cli')
  .filter((name) => name.startsWith('sdk'))
  .map((name) => readFileSync(`test/cli/${name}`, 'utf8'))
  .join('\n')

const tried = [...text.matchAll(/\*tried\* `([^`]+)` (\d+\.\d+\.\d+)/g)].map((m) => [m[1] as string, m[2] as string])

test('something was tried', () => {
  expect(tried.length).toBeGreaterThanOrEqual(4)
})

test.each(tried)('%s is installed as %s, and a test runs it', (name, version) => {
  const path = `node_modules/${name}/package.json`
  expect(existsSync(path)).toBe(true)
  expect((JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version).toBe(version)
  expect(tests).toContain(name)
})

test('every line of the tables says how sure it is', () => {
  const rows = text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| SDK') && !line.startsWith('| ---'))
  expect(rows.length).toBeGreaterThan(15)
  expect(rows.filter((row) => !/\*(tried|recorded|read from source)\*/.test(row))).toEqual([])
})
