import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { executable, type Portal, startPortal } from './signed-in.ts'

/** What stands between sources and destinations, and what it could not process: on one server and in one browser. */
let portal: Portal
const until = { timeout: 20_000, interval: 100 }

describe.skipIf(executable === undefined)('the pipeline', () => {
  beforeAll(async () => {
    portal = await startPortal()
  }, 90_000)
  afterAll(() => portal?.stop())

  test('a plugin: code is tried with its console shown, then has its place in the order', async () => {
    const { page, goto, context } = await portal.open()
    await goto('/plugins/new?type=javascript')
    await page.getByLabel('Name', { exact: true }).fill('Scores')
    await page.getByLabel('Code').fill('export function onEvent( {')
    await page.getByRole('button', { name: 'Install plugin' }).click()
    await expect.poll(() => page.getByLabel('Code').getAttribute('aria-invalid'), until).toBe('true')
    await page
      .getByLabel('Code')
      .fill(
        "export function onEvent({ properties }) { console.log('was asked'); return { set: { 'properties.score': 7 } } }",
      )
    await page.getByRole('button', { name: 'Add Writes' }).click()
    await page.getByLabel('Writes 1').fill('properties.score')
    await page.getByRole('button', { name: 'Install plugin' }).click()
    await page.getByRole('heading', { level: 1, name: 'Scores' }).waitFor()
    await page.getByLabel('Event optional').fill('{ "type": "track", "event": "Order", "userId": "u" }')
    await page.getByRole('button', { name: 'Ask about it' }).click()
    await page.getByText('was asked').waitFor()
    await page.getByText('changed', { exact: true }).waitFor()
    await portal.api('POST', '/api/v1/plugins', { type: 'sample', name: 'Half', settings: { keepPercent: 50 } })
    await goto('/plugins')
    const names = () => page.getByRole('list', { name: 'Plugins' }).getByRole('link').allTextContents()
    await page.getByRole('button', { name: 'Move Half up' }).click()
    await expect.poll(names, until).toEqual(['Half', 'Scores'])
    await page.reload()
    await expect.poll(names, until).toEqual(['Half', 'Scores'])
    await page.getByRole('searchbox', { name: 'Search by name or type' }).fill('half')
    await page.waitForURL(/q=half/)
    await expect.poll(names, until).toEqual(['Half'])
    await portal.api('PUT', `/api/v1/plugins/${await idOf('plugins', 'Half')}`, { enabled: false })
    await context.close()
  })

  test('a transformation shows what it makes of an event as one types, and what it may not write at its field', async () => {
    const { page, goto, context } = await portal.open()
    await goto('/transformations')
    await page.getByText('No event is rewritten').waitFor()
    await page.getByRole('link', { name: 'New transformation' }).click()
    await page.getByRole('heading', { level: 1, name: 'New transformation' }).waitFor()
    await page.getByLabel('Name', { exact: true }).fill('Value')
    await page.getByRole('button', { name: 'Add Steps' }).click()
    await page.getByLabel('From').fill('properties.total')
    await page.getByLabel('To', { exact: true }).fill('messageId')
    await page
      .getByLabel('Event', { exact: true })
      .fill('{ "type": "track", "event": "Order", "userId": "u", "properties": { "total": 12.5 } }')
    await page.getByText('messageId cannot be changed').waitFor()
    await page.getByRole('button', { name: 'Create, switched off' }).click()
    await expect.poll(() => page.getByLabel('To', { exact: true }).getAttribute('aria-invalid'), until).toBe('true')
    await page.getByLabel('To', { exact: true }).fill('properties.value')
    await page.getByText('changed', { exact: true }).waitFor()
    await page.getByText('"value":').first().waitFor()
    await page.getByRole('button', { name: 'Create, switched off' }).click()
    await page.getByRole('heading', { level: 1, name: 'Value' }).waitFor()
    const { transformations } = await portal.api<{ transformations: object[] }>('GET', '/api/v1/transformations')
    expect(transformations).toMatchObject([
      {
        name: 'Value',
        enabled: false,
        steps: [{ op: 'rename', from: 'properties.total', to: 'properties.value' }],
      },
    ])
    await context.close()
  })

  test('a plan and its dead letters: a wrong schema is said with its place, violations are seen, mended and sent again', async () => {
    const { page, goto, context } = await portal.open()
    await goto('/plans')
    await page.getByRole('button', { name: 'New plan' }).click()
    await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Shop')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Plan an event' }).click()
    await page.getByLabel('Event', { exact: true }).fill('Order Completed')
    await page.getByLabel('When it is otherwise').selectOption('quarantine')
    await page.getByLabel('Schema').fill('{ "properties": { "total": { "type": "numbr" } } }')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText(/^properties\.total\.type: /).waitFor()
    await page.getByLabel('Schema').fill('{ "properties": { "total": { "type": "number" } } }')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('list', { name: 'Events' }).getByText('Order Completed').waitFor()
    await page.getByRole('tab', { name: 'Check an event' }).click()
    await page
      .getByLabel('Event optional')
      .fill('{ "type": "track", "event": "Order Completed", "userId": "u", "properties": { "total": "12" } }')
    await page.getByRole('button', { name: 'Check', exact: true }).click()
    await page.getByText('properties.total', { exact: true }).waitFor()
    await page.getByRole('switch', { name: 'Enforcing Shop enabled' }).click()
    await page.getByText('Enforced', { exact: true }).waitFor()
    // In force everywhere within seconds: what comes before is applied, so it is sent until one is kept back.
    await expect
      .poll(
        async () => {
          await portal.send({ type: 'track', userId: 'grace', event: 'Order Completed', properties: { total: '12' } })
          return (await letters()).length
        },
        { timeout: 30_000, interval: 1_000 },
      )
      .toBeGreaterThan(0)
    const before = (await settledLetters()).length
    await page.getByRole('tab', { name: 'Violations' }).click()
    await page.getByRole('list', { name: 'Violations' }).getByText('wrong type').first().waitFor()
    await goto('/dead-letters')
    await page.getByRole('link', { name: /plan:type/ }).click()
    await page.waitForURL(/reason=plan/)
    await page.getByRole('list', { name: 'Dead letters' }).getByRole('button').first().waitFor()
    await page.keyboard.press('j')
    const drawer = page.getByRole('complementary', { name: 'The dead letter' })
    const event = drawer.getByLabel('Event')
    await event.fill((await event.inputValue()).replace('"12"', '12'))
    await drawer.getByRole('button', { name: 'Save the event' }).click()
    await page.getByText('Saved. Send it again when it is right.').waitFor()
    await drawer.getByRole('button', { name: 'Send again' }).click()
    await page.getByText('Done', { exact: true }).waitFor()
    expect(page.url()).toContain('job=')
    await expect.poll(async () => (await letters()).length, until).toBe(before - 1)
    await portal.known('grace', 1)
    await context.close()
  })

  test('all letters that fit are discarded together, or not, when that is taken back', async () => {
    await portal.send({ type: 'track', userId: 'hedy', event: 'Order Completed', properties: { total: 'x' } })
    await expect.poll(async () => (await letters()).length, until).toBeGreaterThan(0)
    const { length } = await settledLetters()
    const { page, goto, context } = await portal.open()
    await goto('/dead-letters?stage=plan')
    await page.getByRole('button', { name: `Discard all ${length}` }).click()
    await page.getByText('Nothing fits').waitFor()
    await page.getByRole('button', { name: /^Undo/ }).click()
    await page.getByRole('list', { name: 'Dead letters' }).getByRole('listitem').first().waitFor()
    expect((await letters()).length).toBe(length)
    await page.getByRole('button', { name: `Discard all ${length}` }).click()
    await page.getByRole('region', { name: 'Notices' }).getByRole('button', { name: 'Close' }).click()
    await expect.poll(async () => (await letters()).length, until).toBe(0)
    await context.close()
  })
})

async function letters(): Promise<readonly object[]> {
  return (await portal.api<{ deadLetters: object[] }>('GET', '/api/v1/dead-letters')).deadLetters
}

/** Once nothing is on its way any more. */
async function settledLetters(): Promise<readonly object[]> {
  let before = await letters()
  for (;;) {
    await new Promise((resume) => setTimeout(resume, 1_500))
    const now = await letters()
    if (now.length === before.length) return now
    before = now
  }
}

async function idOf(kind: 'plugins', name: string): Promise<string> {
  const found = await portal.api<Record<string, { id: string; name: string }[]>>('GET', `/api/v1/${kind}`)
  return found[kind]?.find((one) => one.name === name)?.id ?? ''
}
