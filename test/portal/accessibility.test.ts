import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { executable, type Portal, startPortal, violations } from './signed-in.ts'

/** No violation of WCAG A or AA on any page, in light and dark, wide and at 390 px, where nothing may be cut off. */
const PAGES = [
  '/sign-in',
  '/',
  '/start',
  '/live',
  '/profiles',
  '/profiles/user_id:ada',
  '/profiles/user_id:ada?tab=traits',
  '/profiles/user_id:ada?tab=identity',
  '/profiles/user_id:ada?tab=segments',
  '/profiles/user_id:ada?tab=consents',
]

let portal: Portal

describe.skipIf(executable === undefined)('accessibility', () => {
  beforeAll(async () => {
    portal = await startPortal()
    await portal.send(
      { type: 'identify', userId: 'ada', anonymousId: 'a1', traits: { name: 'Ada Byron', email: 'ada@example.com' } },
      { type: 'track', userId: 'ada', event: 'Tea Ordered', properties: { total: 27.5 } },
      { type: 'track', userId: 'ada' },
    )
    await portal.known('ada', 1)
  }, 90_000)
  afterAll(() => portal?.stop())

  describe.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 390],
    ['dark', 390],
  ] as const)('%s, %i px', (colorScheme, width) => {
    test.each(PAGES)('%s', async (path) => {
      const { page, goto, context } = await portal.open({ colorScheme, width })
      await goto(path)
      await page.waitForLoadState('networkidle')
      expect(await violations(page)).toEqual([])
      expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
      await context.close()
    })

    test('the drawer of an event, and a dialog', async () => {
      const { page, goto, context } = await portal.open({ colorScheme, width })
      await goto('/live')
      await page.getByRole('list', { name: 'Live events' }).getByText('Tea Ordered').click()
      await page.getByRole('complementary', { name: 'The event' }).getByText('received', { exact: true }).waitFor()
      expect(await violations(page)).toEqual([])
      await goto('/profiles/user_id:ada')
      await page.getByRole('button', { name: 'Erase' }).click()
      await page.getByRole('dialog').waitFor()
      expect(await violations(page)).toEqual([])
      await context.close()
    })
  })
})
