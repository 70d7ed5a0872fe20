import { readFileSync } from 'node:fs'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import { chromiumPath, launchChromium } from '../support/browser.ts'
import { type LocalServer, startLocalServer } from '../support/local-server.ts'

/** The portal of a real local server in a real Chromium, signed in with a token of the wanted scopes. */
export const executable = chromiumPath()
if (executable === undefined) console.warn('no Chromium on this machine: the portal is not tried')

export interface Portal {
  readonly server: LocalServer
  readonly browser: Browser
  /** A new browser's person; `scopes` unless it may everything. */
  open(options?: OpenOptions): Promise<Opened>
  /** A call of the API with the first token. */
  api<T>(method: string, path: string, body?: unknown): Promise<T>
  /** Until so many people are found by these words. */
  known(q: string, count: number): Promise<void>
  /** As an SDK sends. */
  send(...batch: readonly object[]): Promise<void>
  stop(): Promise<void>
}

interface OpenOptions {
  readonly scopes?: readonly string[]
  readonly width?: number
  readonly colorScheme?: 'light' | 'dark'
  readonly locale?: string
}

export interface Opened {
  readonly context: BrowserContext
  readonly page: Page
  goto(path: string): Promise<void>
}

const PATIENCE_MS = 20_000

export async function startPortal(): Promise<Portal> {
  const server = await startLocalServer()
  const browser = await launchChromium(executable as string)
  async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: { Authorization: `Bearer ${server.apiToken}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return (response.status === 204 ? null : await response.json()) as T
  }
  return {
    server,
    browser,
    api,
    async open({ scopes, width = 1280, colorScheme = 'light', locale = 'en-US' } = {}) {
      const viewport = { width, height: 840 }
      const context = await browser.newContext({ viewport, colorScheme, locale, baseURL: server.url })
      const made = scopes && (await api<{ token: string }>('POST', '/api/v1/tokens', { name: 'narrow', scopes }))
      const token = made ? made.token : server.apiToken
      const answer = await context.request.post('/api/v1/session', { data: { token } })
      expect(answer.status()).toBe(204)
      const page = await context.newPage()
      const goto = async (path: string) => {
        await page.goto(path)
        await page.getByRole('heading', { level: 1 }).waitFor()
      }
      return { context, page, goto }
    },
    async known(q, count) {
      const path = `/api/v1/profiles?${new URLSearchParams({ q })}`
      for (let waited = 0; waited < PATIENCE_MS; waited += 100) {
        if ((await api<{ profiles: readonly object[] }>('GET', path)).profiles.length === count) return
        await new Promise((resume) => setTimeout(resume, 100))
      }
      throw new Error(`${q} did not find ${count}`)
    },
    async send(...batch) {
      const response = await fetch(`${server.url}/v1/batch`, {
        method: 'POST',
        headers: { Authorization: `Basic ${Buffer.from(`${server.writeKey}:`).toString('base64')}` },
        body: JSON.stringify({ batch }),
      })
      expect(response.status).toBe(200)
    },
    async stop() {
      await browser.close()
      await server.stop()
    },
  }
}

/** Evaluated and not added as a script: the portal's policy lets in no script but its own. */
const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8')

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

/** What a page has against WCAG 2.2 A and AA, as lines to read; an empty list is a pass. */
export async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE)
  const found = (await page.evaluate(`axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
  }).then(({ passes, violations }) => (passes.length > 0 ? violations : [{ id: 'nothing was looked at', nodes: [{}] }]))`)) as readonly Violation[]
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`))
}
