import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { findTributary } from './local/dev-file.ts'
import { REPOSITORY } from './local/settings.ts'

/**
 * `npm run portal:shots`: a picture of every page of the portal of the running Tributary (`npm start`; `npm run demo` gives it
 * something to show) in docs/portal/, in light and dark, and narrow.
 */
const PAGES: readonly [name: string, path: string, before?: (page: Page) => Promise<void>][] = [
  ['overview', '/'],
  ['start', '/start'],
  ['live', '/live', (page) => page.keyboard.press('j')],
  ['people', '/profiles'],
  ['person', '', (page) => page.locator('table a').first().click()],
  ['person-identity', '', (page) => page.getByRole('tab').nth(2).click()],
  ['person-traits', '', (page) => page.getByRole('tab').nth(1).click()],
  ['person-segments', '', (page) => page.getByRole('tab').nth(3).click()],
  ['segments', '/segments'],
  ['segment', '', (page) => page.locator('table a').first().click()],
  ['segment-overlap', '', (page) => page.getByRole('tab').nth(2).click()],
  ['segment-new', '/segments/new'],
  ['sources', '/sources'],
  ['source', '', (page) => page.locator('main li a').first().click()],
  ['destinations', '/destinations'],
  ['destination-new', '/destinations/new'],
  ['destination-form', '/destinations/new?type=webhook'],
  ['plugins', '/plugins'],
  ['plans', '/plans'],
  ['dead-letters', '/dead-letters', (page) => page.keyboard.press('j')],
  ['settings-members', '/settings'],
  ['settings-identity', '/settings?tab=identity'],
  ['settings-audit', '/settings?tab=audit'],
]
const LOOKS = [
  ['', 1280, 'light'],
  ['-dark', 1280, 'dark'],
  ['-narrow', 390, 'light'],
] as const
/** Until what was asked for has come. */
const SETTLE_MS = 1_200

const tributary = findTributary(process.env)
if (!tributary) throw new Error('No Tributary is running: npm start')
const folder = join(REPOSITORY, 'docs/portal')
mkdirSync(folder, { recursive: true })
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
try {
  for (const [suffix, width, colorScheme] of LOOKS) {
    const viewport = { width, height: 840 }
    const context = await browser.newContext({ viewport, colorScheme, locale: 'en-US', baseURL: tributary.url })
    const page = await context.newPage()
    const shoot = async (name: string) => {
      await page.waitForTimeout(SETTLE_MS)
      await page.screenshot({ path: join(folder, `${name}${suffix}.png`) })
    }
    await page.goto('/sign-in')
    await shoot('sign-in')
    await context.request.post('/api/v1/session', { data: { token: tributary.apiToken } })
    for (const [name, path, before] of PAGES) {
      // Without a path it goes on from the page before.
      if (path !== '') await page.goto(path)
      await page.waitForTimeout(SETTLE_MS)
      await before?.(page)
      await shoot(name)
    }
    await context.close()
  }
} finally {
  await browser.close()
}
