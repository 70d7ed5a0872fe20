import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { executable, type Portal, startPortal } from './signed-in.ts'

let portal: Portal
let plan: string
const SCHEMA = { type: 'object', properties: { total: { type: 'number' } } }
const ORDERS = [
  { name: 'Refused Order', version: 1, schema: SCHEMA, onViolation: 'block' },
  { name: 'Set Aside Order', version: 1, schema: SCHEMA, onViolation: 'quarantine' },
]
const order = (event: string, messageId: string) => ({
  type: 'track',
  userId: 'ada',
  messageId,
  event,
  properties: { total: 'five' },
})

/** What became of the newest copy of a message; a plan is live some seconds after it was changed. */
async function outcomeOf(messageId: string): Promise<string | undefined> {
  const path = `/api/v1/events/${messageId}/trace`
  return portal.api<{ outcome: string }>('GET', path).then(
    ({ outcome }) => outcome,
    () => undefined,
  )
}

async function untilOrdersAre(outcome: string): Promise<void> {
  for (let n = 0; n < 100; n++) {
    const messageId = crypto.randomUUID()
    await portal.send(order('Refused Order', messageId))
    let became: string | undefined
    for (let tries = 0; tries < 100 && became === undefined; tries++) {
      await new Promise((resume) => setTimeout(resume, 100))
      became = await outcomeOf(messageId)
    }
    if (became === outcome) return
  }
  throw new Error(`orders are not ${outcome}`)
}

const drawerOf = (page: Page) => page.getByRole('complementary', { name: 'The event' })
const rowsOf = (page: Page) => page.getByRole('list', { name: 'Live events' }).getByRole('button')

describe.skipIf(executable === undefined)('live events', () => {
  beforeAll(async () => {
    portal = await startPortal()
    const body = { name: 'Shop', mode: 'enforce', events: ORDERS, unplanned: 'allow' }
    plan = (await portal.api<{ id: string }>('POST', '/api/v1/tracking-plans', body)).id
    await untilOrdersAre('rejected')
    await portal.send(order('Refused Order', 'refused'), order('Set Aside Order', 'aside'))
    // The list of dead letters has its own queue.
    const letters = () => portal.api<{ deadLetters: object[] }>('GET', '/api/v1/dead-letters')
    for (let tries = 0; (await letters()).deadLetters.length === 0 && tries < 200; tries++)
      await new Promise((resume) => setTimeout(resume, 100))
  }, 120_000)
  afterAll(() => portal?.stop())

  test('what came before one looked has its payload where something keeps it', async () => {
    await portal.send({
      type: 'track',
      userId: 'ada',
      event: 'Tea Ordered',
      messageId: 'tea',
      properties: { cups: 27 },
    })
    for (let tries = 0; (await outcomeOf('tea')) !== 'applied' && tries < 200; tries++)
      await new Promise((resume) => setTimeout(resume, 100))
    const { page, goto, context } = await portal.open()
    await goto('/live')
    await page.getByText('A sample: at most 50 a second, failures first.').waitFor()
    await rowsOf(page).filter({ hasText: 'Tea Ordered' }).click()
    await drawerOf(page).getByText('As the person’s timeline has it:').waitFor()
    await drawerOf(page).getByText('27', { exact: false }).first().waitFor()
    await drawerOf(page).getByRole('button', { name: 'Copy as curl' }).waitFor()
    await rowsOf(page).filter({ hasText: 'Set Aside Order' }).click()
    await drawerOf(page).getByText('As its dead letter has it:').waitFor()
    await drawerOf(page).getByText('"five"').waitFor()
    await context.close()
    const narrow = await portal.open({ scopes: ['events:read'] })
    await narrow.goto('/live')
    await rowsOf(narrow.page).filter({ hasText: 'Set Aside Order' }).click()
    await drawerOf(narrow.page).getByText('Only what arrives while one watches').waitFor()
    await expect.poll(() => drawerOf(narrow.page).getByRole('button', { name: 'Replay' }).count()).toBe(0)
    await narrow.context.close()
  })

  test('a replay that the server refuses says so, and nothing was sent', async () => {
    const { page, goto, context } = await portal.open()
    await page.route('**/api/v1/replays', (route) =>
      route.fulfill({ status: 500, json: { code: 'internal', detail: 'something broke on our side' } }),
    )
    await goto('/live?outcome=rejected')
    await rowsOf(page).filter({ hasText: 'Refused Order' }).first().click()
    await drawerOf(page).getByRole('button', { name: 'Replay …' }).click()
    const dialog = page.getByRole('dialog', { name: 'Replay Refused Order?' })
    await dialog.getByText('rejected again').waitFor()
    await dialog.getByRole('button', { name: 'Replay now' }).click()
    await dialog.getByRole('alert').getByText('something broke on our side').waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await context.close()
  })

  test('by keyboard alone: a mended plan, and what it refused takes effect after a replay', async () => {
    await portal.api('PUT', `/api/v1/tracking-plans/${plan}`, { events: [] })
    await untilOrdersAre('applied')
    const { page, goto, context } = await portal.open()
    await goto('/live?event=Refused+Order&outcome=rejected')
    await rowsOf(page).first().waitFor()
    await page.keyboard.press('j')
    await drawerOf(page).getByRole('heading', { name: 'Refused Order' }).waitFor()
    const shown = await drawerOf(page).getByText('refused', { exact: true }).count()
    expect(shown).toBe(1)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Replay …')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Replay Refused Order?' })
    await dialog.waitFor()
    await dialog.getByRole('button', { name: 'Replay now' }).focus()
    await page.keyboard.press('Enter')
    await dialog.getByText('What came of it stands in its trace in a moment.').waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await drawerOf(page).getByText('profile', { exact: true }).waitFor()
    expect(await outcomeOf('refused')).toBe('applied')
    await drawerOf(page).focus()
    await page.keyboard.press('Escape')
    await drawerOf(page).waitFor({ state: 'detached' })
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toContain('Refused Order')
    await context.close()
  })

  test('a dead letter goes again and leaves the list', async () => {
    const { page, goto, context } = await portal.open()
    await goto('/live?outcome=dead_letter')
    await rowsOf(page).filter({ hasText: 'Set Aside Order' }).click()
    await drawerOf(page).getByRole('button', { name: 'Replay …' }).click()
    await page.getByRole('button', { name: 'Replay now' }).click()
    await page.getByText('What came of it stands in its trace in a moment.').waitFor()
    const { deadLetters } = await portal.api<{ deadLetters: object[] }>('GET', '/api/v1/dead-letters')
    expect(deadLetters).toEqual([])
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
    await drawerOf(page).getByText('profile', { exact: true }).waitFor()
    await context.close()
  })
})
