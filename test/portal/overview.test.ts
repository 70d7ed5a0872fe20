import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { executable, type Portal, startPortal } from './signed-in.ts'

let portal: Portal
const figure = (page: Page, name: string | RegExp) =>
  page.getByRole('list', { name: 'Figures' }).getByRole('link', { name })

describe.skipIf(executable === undefined)('the overview', () => {
  beforeAll(async () => {
    portal = await startPortal()
  }, 90_000)
  afterAll(() => portal?.stop())

  test('is where one begins, once something arrived; before that one gets started', async () => {
    const { page, goto, context } = await portal.open()
    await goto('/')
    await page.getByRole('heading', { level: 1, name: 'Get started' }).waitFor()
    await portal.send({ type: 'track', userId: 'ada', event: 'Tea Ordered' })
    await portal.known('ada', 1)
    await goto('/')
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
    await figure(page, /^Accepted 1 /).waitFor()
    await figure(page, /^Active people 1 in 24 hours, 1 known/).waitFor()
    await page.getByText('Every event took effect').waitFor()
    expect(
      await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).getAttribute('aria-current'),
    ).toBe('page')
    await context.close()
  })

  test('goes along by itself, and every figure leads to what it counts', async () => {
    const { page, goto, context } = await portal.open()
    await goto('/')
    await figure(page, /^Rejected 0/).waitFor()
    await portal.send(
      { type: 'track', userId: 'ada' },
      { type: 'track', userId: 'ada', event: 'Tea Ordered' },
      { type: 'track', userId: 'null', event: 'By Nobody' },
    )
    await figure(page, /^Accepted 3 /).waitFor()
    await figure(page, /^Dropped 1 /).waitFor()
    await figure(page, /^Arrival to profile ≤ .*95 % of/).waitFor()
    await page.getByRole('img', { name: /^Events per second over the last half hour: now 0\.\d/ }).waitFor()
    const failures = page.getByRole('list', { name: 'Newest events without effect' })
    await failures.getByRole('link', { name: /By Nobody/ }).waitFor()
    await failures.getByRole('link', { name: /event: TRACK events require a name/ }).click()
    await page.waitForURL(/\/live\?outcome=rejected&show=/)
    await page
      .getByRole('complementary', { name: 'The event' })
      .getByText('event: TRACK events require a name')
      .waitFor()
    await page.goBack()
    await figure(page, /^Dropped 1 /).press('Enter')
    await page.waitForURL(/\/live\?outcome=dropped/)
    await page.getByRole('list', { name: 'Live events' }).getByText('By Nobody').waitFor()
    await context.close()
  })

  test('is told the half hour once more when the connection comes back', async () => {
    const { page, context } = await portal.open()
    let isOpen = false
    await page.routeWebSocket(/\/api\/v1\/events\/live/, async (socket) => {
      if (isOpen) socket.connectToServer()
      else await socket.close({ code: 1013, reason: 'busy at the moment' })
    })
    await page.goto('/')
    await page.getByRole('status').getByText('The connection was lost; trying again: busy at the moment').waitFor()
    isOpen = true
    await figure(page, /^Accepted 3 /).waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    await context.close()
  })

  test('shows nothing that one may not read, and without events one begins elsewhere', async () => {
    const narrow = await portal.open({ scopes: ['events:read'] })
    await narrow.goto('/')
    await figure(narrow.page, /^Accepted 3 /).waitFor()
    await expect.poll(() => narrow.page.getByRole('list', { name: 'Figures' }).getByRole('listitem').count()).toBe(4)
    await narrow.context.close()
    const people = await portal.open({ scopes: ['profiles:read'] })
    await people.goto('/')
    await people.page.getByRole('heading', { level: 1, name: 'People' }).waitFor()
    await people.context.close()
    const refused = await portal.open()
    await refused.page.routeWebSocket(/\/api\/v1\/events\/live/, (socket) =>
      socket.close({ code: 4403, reason: 'this token lacks the scope events:read' }),
    )
    await refused.goto('/')
    await refused.page.getByText('Your API token lacks the scope events:read').waitFor()
    await refused.context.close()
  })

  test('shows figures though the newest failures cannot be read', async () => {
    const { page, goto, context } = await portal.open()
    await page.route('**/api/v1/events?*', (route) =>
      route.fulfill({ status: 500, json: { code: 'internal', detail: 'something broke on our side' } }),
    )
    await goto('/')
    await figure(page, /^Accepted 3 /).waitFor()
    await page.getByRole('alert').getByText('something broke on our side').waitFor()
    await page.unroute('**/api/v1/events?*')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('list', { name: 'Newest events without effect' }).getByRole('link').first().waitFor()
    await context.close()
  })

  test('in German', async () => {
    const { page, goto, context } = await portal.open({ locale: 'de-DE', width: 390, colorScheme: 'dark' })
    await goto('/')
    await page.getByRole('heading', { level: 1, name: 'Überblick' }).waitFor()
    await page.getByRole('link', { name: /^Angenommen 3 / }).waitFor()
    await context.close()
  })
})
