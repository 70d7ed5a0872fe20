import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProfileDocument } from '../../shared/profile/document.ts'
import { chromiumPath, launchChromium } from '../support/browser.ts'
import { type LocalServer, startLocalServer } from '../support/local-server.ts'
import { type Reader, readerOf } from '../support/read-api.ts'

/** The programs of examples/, run as their first lines say. */
let server: LocalServer
let reader: Reader
const running: ChildProcess[] = []

beforeAll(async () => {
  server = await startLocalServer()
  reader = readerOf(server)
}, 60_000)
afterAll(async () => {
  for (const child of running) child.kill()
  await server?.stop()
})

function run(script: string, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, TRIBUTARY_STATE: server.state, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  return { child, output: () => output }
}

test('examples/send-events.mjs', async () => {
  const { child, output } = run('examples/send-events.mjs')
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(output()).toContain('/api/v1/profiles/user_id:ann')
  const bought = ({ eventCounts }: ProfileDocument) =>
    eventCounts['Order Completed'] === 1 && eventCounts['$page'] === 1
  const { value } = await reader.until('/profiles/user_id:ann', bought)
  expect(value.traits).toMatchObject({ email: 'ann@example.com', name: 'Ann Lee', plan: 'pro' })
})

test('without a Tributary it says what to do', async () => {
  const { child, output } = run('examples/send-events.mjs', { TRIBUTARY_STATE: '/nowhere' })
  expect(await once(child, 'exit')).toEqual([1, null])
  expect(output()).toContain('npm start')
})

describe.skipIf(chromiumPath() === undefined)('examples/browser-page.mjs', () => {
  test('a visitor buys, signs in, and is one person', async () => {
    const { output } = run('examples/browser-page.mjs', { PORT: '0' })
    await expect.poll(output, { timeout: 10_000 }).toMatch(/http:\/\/localhost:\d+/)
    const browser = await launchChromium(chromiumPath() as string)
    try {
      const page = await browser.newPage()
      await page.goto(/http:\/\/localhost:\d+/.exec(output())?.[0] as string)
      await page.getByRole('button', { name: 'Buy' }).click()
      await page.getByText('Bought.').waitFor()
      await page.getByLabel('E-mail').fill('bo@example.com')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByText('Hello bo@example.com.').waitFor()
    } finally {
      await browser.close()
    }
    const complete = ({ eventCounts }: ProfileDocument) => eventCounts['Order Completed'] === 1
    const { value } = await reader.until('/profiles/user_id:bo', complete)
    expect(value.eventCounts).toEqual({ $page: 1, 'Order Completed': 1 })
    expect(value.traits).toEqual({ email: 'bo@example.com', plan: 'pro' })
  })
})
