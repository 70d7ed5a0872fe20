import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { executable, type Portal, startPortal } from './signed-in.ts'

let portal: Portal
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()

describe.skipIf(executable === undefined)('people and a person', () => {
  beforeAll(async () => {
    portal = await startPortal()
    await portal.send(
      { type: 'track', anonymousId: 'laptop', event: 'Page Viewed', timestamp: daysAgo(3) },
      { type: 'identify', userId: 'ada', traits: { name: 'Ada Byron', plan: 'free' }, timestamp: daysAgo(2) },
      { type: 'track', userId: 'ada', event: 'Tea Ordered', timestamp: daysAgo(10) },
    )
    await portal.known('laptop', 1)
    await portal.send({ type: 'identify', userId: 'ada', anonymousId: 'laptop', traits: { plan: 'pro', city: 'Bath' } })
    await portal.known('Bath', 1)
    await portal.known('laptop', 1)
  }, 120_000)
  afterAll(() => portal?.stop())

  test('columns are chosen by keyboard, traits among them, and stand in the address', async () => {
    const { page, goto, context } = await portal.open()
    await goto('/profiles')
    await page.getByRole('columnheader', { name: 'Last seen' }).waitFor()
    await page.getByRole('button', { name: 'Columns' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menuitemcheckbox', { name: 'city' }).waitFor()
    await page.keyboard.type('city')
    await page.keyboard.press('Enter')
    await page.waitForURL(/columns=identifiers%2Csegments%2Cevents%2ClastSeen%2Ctrait\.city/)
    await page.keyboard.press('Escape')
    await page.getByRole('columnheader', { name: 'city' }).waitFor()
    await page.getByRole('cell', { name: 'Bath' }).waitFor()
    await goto('/profiles?columns=trait.plan,made-up')
    await expect.poll(() => page.getByRole('columnheader').allTextContents()).toEqual(['Person', 'plan'])
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByRole('menuitem', { name: 'The usual ones' }).click()
    await page.getByRole('columnheader', { name: 'Last seen' }).waitFor()
    expect(page.url()).not.toContain('columns')
    await context.close()
  })

  test('identity is a graph: a line that is chosen by keyboard shows what it rests on, and the address says which', async () => {
    const { page, goto, context } = await portal.open()
    await goto('/profiles/user_id:ada?tab=identity')
    const line = page.getByLabel('anonymous_id:laptop — user_id:ada: came in one message')
    await line.waitFor({ state: 'attached' })
    await line.focus()
    await page.keyboard.press('Enter')
    const evidence = page.getByRole('region', { name: 'Evidence' })
    await evidence.getByText('came in one message').waitFor()
    await page.waitForURL(/link=anonymous_id/)
    await evidence.getByText('What became of it').click()
    await evidence.getByText('received', { exact: true }).waitFor()
    await page.reload()
    await evidence.getByText('came in one message').waitFor()
    await evidence.getByRole('button', { name: 'Close' }).click()
    await page.getByText('Choose a line to see what it rests on.').waitFor()
    // The list says the same, and leads to it.
    await page.getByRole('button', { name: /^Evidence anonymous_id:laptop — user_id:ada/ }).click()
    await evidence.getByText('came in one message').waitFor()
    await context.close()
  })

  test('a trait tells every value it was given, and what lost', async () => {
    const { page, goto, context } = await portal.open()
    await goto('/profiles/user_id:ada?tab=traits')
    await page.getByRole('button', { name: 'plan' }).focus()
    await page.keyboard.press('Enter')
    const history = page.getByRole('list', { name: 'Every value of plan' })
    await history.getByText('free').waitFor()
    const lines = await history.getByRole('listitem').allTextContents()
    expect(lines.map((line) => [line.slice(0, 4), /Stands|Lost/.exec(line)?.[0]])).toEqual([
      ['proS', 'Stands'],
      ['free', 'Lost'],
    ])
    expect(page.url()).toContain('trait=plan')
    await context.close()
  })

  test('the timeline has events, segment changes and merges in one stream, and filters that stand in the address', async () => {
    const { page, goto, context } = await portal.open()
    await goto('/profiles/user_id:ada')
    const timeline = page.getByRole('list', { name: 'Timeline' })
    await timeline.getByText('Merged with another profile').waitFor()
    await timeline.getByText('Page Viewed').waitFor()
    await page.getByLabel('Kind').selectOption({ label: 'Merges' })
    await page.waitForURL(/kind=merges/)
    await expect.poll(() => timeline.getByRole('listitem').count()).toBe(1)
    await page.getByLabel('Kind').selectOption({ label: 'Traits said' })
    await expect.poll(() => timeline.getByRole('listitem').count()).toBe(2)
    await page.getByLabel('Kind').selectOption({ label: 'Segment changes' })
    await timeline.getByText('pro_plan ENTER').waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await page.getByLabel('To', { exact: true }).fill(daysAgo(5).slice(0, 10))
    await expect.poll(() => timeline.getByRole('listitem').count()).toBe(1)
    await timeline.getByText('Tea Ordered').waitFor()
    await page.getByLabel('Kind').selectOption({ label: 'Screens' })
    await page.getByText('No such event').waitFor()
    await context.close()
  })
})
