import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { executable, type Portal, startPortal } from './signed-in.ts'

/** What a workspace has of each kind in every state, sources and destinations: on one server and in one browser. */
let portal: Portal
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const until = { timeout: 20_000, interval: 100 }

describe.skipIf(executable === undefined)('the lists', () => {
  beforeAll(async () => {
    portal = await startPortal()
  }, 90_000)
  afterAll(() => portal?.stop())

  test('while there is nothing every list says so, and says what would be there', async () => {
    const { page, goto, context } = await portal.open()
    for (const [path, text] of [
      ['/destinations', 'Nothing is sent anywhere yet'],
      ['/plugins', 'No plugin is installed'],
      ['/plans', 'There is no tracking plan yet'],
      ['/dead-letters', 'There are no dead letters'],
    ] as const) {
      await goto(path)
      await page.getByText(text).waitFor()
    }
    await goto('/sources?q=nobody+is+called+so')
    await page.getByText('Nothing fits').waitFor()
    await context.close()
  })

  test('what fails says so and can be tried again; what one may not is no failure, and is not offered', async () => {
    const { page, goto, context } = await portal.open()
    for (const [path, api] of [
      ['/sources', 'sources'],
      ['/destinations', 'destinations'],
      ['/plugins', 'plugins'],
      ['/plans', 'tracking-plans'],
      ['/dead-letters', 'dead-letters'],
    ] as const) {
      const fails = `**/api/v1/${api}?*`
      await page.route(fails, (route) => route.fulfill({ status: 500, json: { detail: `${api} broke` } }))
      await goto(path)
      await page.getByRole('alert').getByText(`${api} broke`).waitFor()
      await page.unroute(fails)
      await page.getByRole('button', { name: 'Try again' }).click()
      await page.getByRole('alert').waitFor({ state: 'detached' })
    }
    await context.close()
    const narrow = await portal.open({ scopes: ['sources:read'] })
    await narrow.goto('/sources')
    await narrow.page.getByRole('link', { name: 'default' }).waitFor()
    await expect.poll(() => narrow.page.getByRole('link', { name: 'New source' }).count()).toBe(0)
    await expect.poll(() => narrow.page.getByRole('switch').isDisabled()).toBe(true)
    for (const [path, scope] of [
      ['/destinations', 'destinations:read'],
      ['/plugins', 'plugins:read'],
      ['/plans', 'tracking-plans:read'],
      ['/dead-letters', 'dead-letters:read'],
    ] as const) {
      await narrow.goto(path)
      await narrow.page.getByText(`Your API token lacks the scope ${scope}`).first().waitFor()
    }
    await narrow.context.close()
  })

  test('who may not make something is told so before they fill in a form that would be refused', async () => {
    const kinds = ['sources', 'destinations', 'plugins', 'transformations'] as const
    const reader = await portal.open({ scopes: kinds.map((kind) => `${kind}:read`) })
    for (const path of ['/sources/new?type=server', '/destinations/new', '/plugins/new', '/transformations/new']) {
      await reader.goto(path)
      const kind = path.split('/')[1]
      await reader.page.getByText(`Your API token lacks the scope ${kind}:write`).waitFor()
      expect(await reader.page.getByRole('main').getByRole('listitem').count()).toBe(0)
      expect(await reader.page.getByRole('main').getByRole('textbox').count()).toBe(0)
    }
    await reader.context.close()
  })

  test('a source by keyboard alone: its secret is shown once, a new key leaves the old one, which is then ended', async () => {
    const { page, goto, context } = await portal.open()
    await goto('/sources')
    await page.getByRole('link', { name: 'New source' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Server', exact: true }).focus()
    await page.keyboard.press('Enter')
    await page.getByLabel('Name', { exact: true }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('is required').waitFor()
    await page.keyboard.type('Orders')
    await page.getByLabel('Rate limit per minute').focus()
    await page.keyboard.type('0')
    await page.keyboard.press('Enter')
    // Refused by the server, and said where it was typed.
    await expect.poll(() => page.getByLabel('Rate limit per minute').getAttribute('aria-invalid'), until).toBe('true')
    await page.keyboard.press('Control+a')
    await page.keyboard.type('600')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Keep this secret now' })
    await dialog.getByText(/^sk_/).waitFor()
    await page.keyboard.press('Escape')
    await page.getByText('1 key is accepted').or(page.getByText('One key is accepted')).first().waitFor()
    await page.getByRole('button', { name: 'New key', exact: true }).press('Enter')
    await page.getByText('2 keys are accepted').waitFor()
    await page.getByRole('button', { name: 'End old keys' }).press('Enter')
    await page.getByRole('dialog').getByRole('button', { name: 'End old keys' }).press('Enter')
    await page.getByText('Only the newest key is accepted now').waitFor()
    await expect.poll(() => page.getByText('2 keys are accepted').count()).toBe(0)
    await page.getByRole('tab', { name: 'Settings' }).press('Enter')
    await expect.poll(() => page.getByLabel('Rate limit per minute').inputValue()).toBe('600')
    await context.close()
  })

  test('what is turned off or deleted can be taken back, and what is not taken back is gone', async () => {
    await portal.api('POST', '/api/v1/sources', { name: 'Short lived', kind: 'web' })
    const there = async () =>
      (await portal.api<{ sources: { name: string; enabled: boolean }[] }>('GET', '/api/v1/sources')).sources.find(
        ({ name }) => name === 'Short lived',
      )
    const { page, goto, context } = await portal.open()
    await goto('/sources')
    await page.getByRole('switch', { name: 'Short lived enabled' }).click()
    await page.getByRole('button', { name: 'Undo Short lived is off' }).click()
    await page.getByRole('button', { name: 'Undo Short lived is on' }).waitFor()
    await expect.poll(async () => (await there())?.enabled, until).toBe(true)
    await page.getByRole('link', { name: 'Short lived' }).click()
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('heading', { level: 1, name: 'Sources' }).waitFor()
    await page.getByRole('button', { name: 'Undo Short lived is deleted' }).waitFor()
    await expect.poll(() => page.getByRole('link', { name: 'Short lived' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Undo Short lived is deleted' }).click()
    await page.getByRole('link', { name: 'Short lived' }).click()
    expect(await there()).toBeDefined()
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('button', { name: 'Undo Short lived is deleted' }).waitFor()
    // Whoever leaves the page meant it.
    await page.goto('about:blank')
    await expect.poll(there, until).toBeUndefined()
    await context.close()
  })

  test('a destination: faults at their fields, secrets never shown, mapping, and the exact request it would be', async () => {
    await portal.send({ type: 'track', userId: 'ada', event: 'Tea Ordered', properties: { total: 27.5 } })
    await portal.known('ada', 1)
    const { page, goto, context } = await portal.open()
    await goto('/destinations')
    await page.getByRole('link', { name: 'New destination' }).click()
    await page.getByRole('link', { name: 'Webhook', exact: true }).click()
    await page.getByLabel('Name', { exact: true }).fill('CRM')
    await page.getByLabel('URL').fill('ftp://example.com')
    await page.getByLabel('Secret').fill(SECRET)
    await page.getByRole('button', { name: 'Create destination' }).click()
    await expect.poll(() => page.getByLabel('URL').getAttribute('aria-invalid'), until).toBe('true')
    await page.getByLabel('URL').fill('http://127.0.0.1:9/in')
    await page.getByLabel('Switched on at once').uncheck()
    await page.getByRole('button', { name: 'Create destination' }).click()
    await page.getByRole('heading', { level: 1, name: 'CRM' }).waitFor()
    await page.getByRole('button', { name: 'Show the request' }).click()
    await page.getByText('http://127.0.0.1:9/in').waitFor()
    await page.getByText('"Tea Ordered"').waitFor()
    await page.getByRole('tab', { name: 'Settings' }).click()
    await expect.poll(() => page.getByLabel('Secret').inputValue()).toBe('')
    await expect.poll(() => page.getByLabel('Secret').getAttribute('placeholder')).toBe('unchanged (ends in LaSw)')
    expect(await page.content()).not.toContain(SECRET)
    await page.getByRole('button', { name: 'Add Events' }).click()
    await page.getByLabel('Events 1').fill('Tea *')
    await page.getByRole('button', { name: 'Add Mapping' }).click()
    await page.getByLabel('From').fill('properties.total')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('is required').waitFor()
    await page.getByLabel('To', { exact: true }).fill('properties.value')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved').waitFor()
    const { destinations } = await portal.api<{ destinations: object[] }>('GET', '/api/v1/destinations')
    expect(destinations).toMatchObject([
      {
        name: 'CRM',
        enabled: false,
        settings: { url: 'http://127.0.0.1:9/in', secret: { last4: 'LaSw' } },
        filter: { events: ['Tea *'] },
        mapping: [{ op: 'rename', from: 'properties.total', to: 'properties.value' }],
        consent: null,
      },
    ])
    await page.getByRole('tab', { name: 'Dry run' }).click()
    await page.getByLabel('Whose event').fill('user_id:ada')
    await page.getByRole('button', { name: 'Show the request' }).click()
    await page.getByText('"value": ').or(page.getByText('"value":')).first().waitFor()
    expect(page.url()).toContain('tab=dry-run')
    await page.getByRole('tab', { name: 'Send again' }).click()
    await page.getByRole('button', { name: 'Send again now' }).click()
    await page.getByText('Done', { exact: true }).waitFor()
    await context.close()
  })
})
