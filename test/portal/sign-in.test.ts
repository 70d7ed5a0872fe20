import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { executable, type Portal, startPortal } from './signed-in.ts'

let portal: Portal

describe.skipIf(executable === undefined)('signing in', () => {
  beforeAll(async () => {
    portal = await startPortal()
  }, 90_000)
  afterAll(() => portal?.stop())

  const stranger = async () => (await portal.browser.newContext({ baseURL: portal.server.url })).newPage()

  test('who is not signed in comes to the sign-in page, and afterwards to where they wanted to go', async () => {
    const page = await stranger()
    await page.goto('/profiles?q=ada')
    await page.getByLabel('API token').fill(portal.server.apiToken)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'People' }).waitFor()
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/profiles?q=ada')
    await page.context().close()
  })

  test('a wrong token is told to be wrong, and the field keeps the focus within reach', async () => {
    const page = await stranger()
    await page.goto('/')
    await page.getByLabel('API token').fill('tk_made-up-but-of-the-right-form')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').getByText('wrong').waitFor()
    await expect.poll(() => page.getByLabel('API token').getAttribute('aria-invalid')).toBe('true')
    await page.context().close()
  })

  test('the link that npm start prints signs in once', async () => {
    const link = /http:\S+\/sign-in\?once=\S+/.exec(portal.server.output())?.[0] as string
    const page = await stranger()
    await page.goto(link)
    await page.getByRole('navigation').waitFor()
    const another = await stranger()
    await another.goto(link)
    await another.getByText('This link was used already').waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('API token').waitFor()
    await page.goto('/live')
    await page.getByLabel('API token').waitFor()
    await page.context().close()
    await another.context().close()
  })

  test('another site cannot be where one goes afterwards', async () => {
    const page = await stranger()
    await page.goto('/sign-in?next=//evil.example/')
    await page.getByLabel('API token').fill(portal.server.apiToken)
    await page.keyboard.press('Enter')
    await page.getByRole('navigation').waitFor()
    expect(new URL(page.url()).origin).toBe(portal.server.url)
    await page.context().close()
  })
})
