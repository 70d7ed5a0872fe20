import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anOidcServer } from '../support/oidc-server.ts'
import { executable, type Portal, startPortal } from './signed-in.ts'

let portal: Portal

/** Settings as people change them, and what an analyst sees of a person. */
describe.skipIf(executable === undefined)('settings', () => {
  beforeAll(async () => {
    portal = await startPortal()
    await portal.send({
      type: 'identify',
      userId: 'ada',
      traits: { name: 'Ada Byron', email: 'ada@example.com', plan: 'pro' },
    })
    await portal.known('ada', 1)
  }, 90_000)
  afterAll(() => portal?.stop())

  test('a member is added by keyboard, handed a link, and comes in with it and the role', async () => {
    const { page, goto, context } = await portal.open()
    await goto('/settings')
    await page.getByText('Nobody but tokens yet').waitFor()
    await page.getByRole('button', { name: 'Add a member' }).focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await page.keyboard.type('nobody')
    await page.keyboard.press('Enter')
    await dialog.getByText('is no e-mail address').waitFor()
    await dialog.getByLabel('E-mail').fill('grace@shop.example')
    await dialog.getByLabel('Role').selectOption('operator')
    await page.keyboard.press('Enter')
    await page.getByRole('list', { name: 'Members' }).getByText('Invited').waitFor()
    await page.getByRole('button', { name: 'Sign-in link grace' }).click()
    const url = await page
      .getByRole('dialog')
      .getByText(/\/sign-in\?once=/)
      .innerText()
    const theirs = await (await portal.browser.newContext({ baseURL: portal.server.url })).newPage()
    await theirs.goto(url)
    await theirs.getByRole('navigation').getByRole('link', { name: 'Settings' }).click()
    await theirs.getByRole('list', { name: 'Members' }).getByText('You').waitFor()
    await expect.poll(() => theirs.getByRole('button', { name: 'Add a member' }).count()).toBe(0)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Remove grace' }).click()
    await page.getByText('Nobody but tokens yet').waitFor()
    await page.getByRole('button', { name: 'Undo grace is removed' }).click()
    await page.getByRole('list', { name: 'Members' }).getByText('grace@shop.example').waitFor()
    await theirs.context().close()
    await context.close()
  })

  test('a token is made with a role and shown once', async () => {
    const { page, goto, context } = await portal.open()
    await goto('/settings?tab=tokens')
    await page.getByRole('button', { name: 'New token' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('What it is for').fill('Dashboards')
    await dialog.getByRole('button', { name: 'Make the token' }).click()
    const once = page.getByRole('dialog', { name: 'Copy the token now' })
    const text = await once.getByText(/^tk_/).innerText()
    const answer = await fetch(`${portal.server.url}/api/v1/session`, { headers: { Authorization: `Bearer ${text}` } })
    expect(await answer.json()).toMatchObject({ role: 'analyst', masked: true, token: { name: 'Dashboards' } })
    await page.keyboard.press('Escape')
    await page.getByRole('list', { name: 'API tokens' }).getByText('Analyst').waitFor()
    await expect.poll(() => page.getByText(text).count()).toBe(0)
    await context.close()
  })

  test('rules are changed, and what the server says of one stands at its field', async () => {
    const { page, goto, context } = await portal.open()
    await goto('/settings?tab=windows')
    const window = page.getByRole('textbox', { name: /^Window/ })
    await window.fill('90')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('One field needs another look').waitFor()
    expect(await window.getAttribute('aria-invalid')).toBe('true')
    await window.fill('3')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved').waitFor()
    await goto('/settings?tab=identity')
    const limits = page.getByLabel(/^Limit per person/)
    await limits.nth(1).fill('0')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('One field needs another look').waitFor()
    expect(await limits.nth(1).getAttribute('aria-invalid')).toBe('true')
    await limits.nth(1).fill('3')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved').waitFor()
    const { settings } = await portal.api<{ settings: Record<string, never> }>('GET', '/api/v1/workspace')
    expect(settings).toMatchObject({
      windowMs: 3_000,
      identity: { types: { email: { limit: 3 } }, matching: { mode: 'off' } },
    })
    await goto('/settings?tab=pipeline')
    await page.getByRole('button', { name: 'Remove Stages, in this order 1' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved').waitFor()
    expect(await portal.api('GET', '/api/v1/workspace')).toMatchObject({
      settings: { pipeline: { stages: ['plan', 'enrich', 'plugins'] } },
    })
    await portal.api('PATCH', '/api/v1/workspace', {
      windowMs: null,
      identity: { types: null },
      pipeline: { stages: null },
    })
    await context.close()
  })

  test('the audit log says who did what, and its filters stand in the address', async () => {
    await portal.api('POST', '/api/v1/sources', { name: 'Till', kind: 'web' })
    const { page, goto, context } = await portal.open()
    await goto('/settings?tab=audit')
    const log = page.getByRole('list', { name: 'Audit log' })
    await log.getByText('made a source').first().click()
    await log.getByText('"Till"').first().waitFor()
    await page.getByLabel('What').selectOption('delete*')
    await page.getByText('Nothing was done yet').waitFor()
    expect(new URL(page.url()).searchParams.get('action')).toBe('delete*')
    await page.goBack()
    await context.close()
  })

  test('an analyst sees a person masked, and unmasked with a reason where the workspace says so', async () => {
    const token = await portal.api<{ token: string }>('POST', '/api/v1/tokens', { name: 'Ana', role: 'analyst' })
    const context = await portal.browser.newContext({ baseURL: portal.server.url })
    await context.request.post('/api/v1/session', { data: { token: token.token } })
    const page = await context.newPage()
    await page.goto('/profiles/user_id:ada?tab=traits')
    await page.getByText('Personal values are masked for your role').waitFor()
    await page.getByRole('cell', { name: 'Masked' }).first().waitFor()
    expect(await page.content()).not.toMatch(/Ada Byron|ada@example/)
    await expect.poll(() => page.getByRole('button', { name: /Unmask/ }).count()).toBe(0)
    await expect.poll(() => page.getByText('Export').count()).toBe(0)
    await portal.api('PATCH', '/api/v1/workspace', { privacy: { analystsMayUnmask: true } })
    await page.reload()
    await page.getByRole('button', { name: 'Unmask (audited)' }).click()
    await page.getByLabel('Reason').fill('she asked about her order')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Ada Byron' }).waitFor()
    await page.getByText('Shown unmasked until you leave this page').waitFor()
    await page.goto('/settings')
    await page.getByText('You can read these settings').waitFor()
    const { entries } = await portal.api<{ entries: { detail: object }[] }>('GET', '/api/v1/audit?action=unmaskProfile')
    expect(entries[0]?.detail).toMatchObject({ reason: 'she asked about her order' })
    await context.close()
  })

  test('a member comes in through the provider that an admin named', async () => {
    const oidc = await anOidcServer({ sub: 'g-1', email: 'lin@shop.example', name: 'Lin Chen' })
    const { page, goto, context } = await portal.open()
    await goto('/settings?tab=signIn')
    await page.getByLabel('On the button').fill('Shop ID')
    await page.getByLabel('Issuer').fill(`${oidc.issuer}/nowhere`)
    await page.getByLabel('Client ID').fill(oidc.provider.clientId)
    await page.getByLabel('Client secret').fill(oidc.provider.clientSecret)
    await page.getByRole('button', { name: 'Add Domains' }).click()
    await page.getByLabel('Domain 1').fill('shop.example')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('One field needs another look').waitFor()
    await page.getByLabel('Issuer').fill(oidc.issuer)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Members can sign in with Shop ID').waitFor()
    const theirs = await (await portal.browser.newContext({ baseURL: portal.server.url })).newPage()
    await theirs.goto('/settings')
    await theirs.getByRole('link', { name: 'Sign in with Shop ID' }).click()
    await theirs.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
    await theirs.getByText('Lin Chen').first().waitFor()
    await theirs.goto('/sign-in?failed=stranger')
    await theirs.getByText('You are no member of this workspace').waitFor()
    await theirs.context().close()
    await context.close()
    await portal.api('DELETE', '/api/v1/oidc')
    await oidc.stop()
  })

  test('who may not read settings is told so, and a failing server says what went wrong', async () => {
    const narrow = await portal.open({ scopes: ['events:read'] })
    await narrow.goto('/settings')
    await narrow.page.getByText('You may not see this').waitFor()
    await narrow.context.close()
    const { page, goto, context } = await portal.open()
    const broken = { code: 'internal', title: 'Broken', detail: 'it broke', requestId: 'r-1' }
    await page.route('**/api/v1/members?*', (route) => route.fulfill({ status: 500, json: broken }))
    await goto('/settings')
    await page.getByText('Request r-1').waitFor()
    await context.close()
  })
})
