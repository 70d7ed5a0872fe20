import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'
import { BUILT, buildPortal, isBuilt } from '../../scripts/local/portal-build.ts'

/** What a browser loads before the first page: the entry and everything that it needs at once. */
const MOST_BYTES = 150_000

beforeAll(async () => {
  if (!isBuilt()) await buildPortal(new AbortController().signal)
}, 60_000)

function firstLoad(): ReadonlySet<string> {
  const html = readFileSync(join(BUILT, 'index.html'), 'utf8')
  const files = new Set<string>()
  const add = (file: string) => {
    if (files.has(file)) return
    files.add(file)
    const text = readFileSync(join(BUILT, file), 'utf8')
    for (const [, name] of text.matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) add(`assets/${name}`)
  }
  for (const [, file] of html.matchAll(/(?:src|href)="\/(assets\/[\w.-]+\.js)"/g)) add(file as string)
  return files
}

test('the first load is at most 150 kB of JavaScript, gzipped', () => {
  const files = [...firstLoad()]
  expect(files.length).toBeGreaterThan(0)
  const bytes = files.map((file) => gzipSync(readFileSync(join(BUILT, file))).byteLength)
  expect(bytes.reduce((sum, n) => sum + n, 0)).toBeLessThan(MOST_BYTES)
})

test('nothing of zod is in it: the schemas stay on the server', () => {
  for (const file of firstLoad()) expect(readFileSync(join(BUILT, file), 'utf8')).not.toContain('ZodError')
})
