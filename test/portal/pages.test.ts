import { Analytics } from '@segment/analytics-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { executable, type Portal, startPortal } from './signed-in.ts'

let portal: Portal
const ada = { name: 'Ada Byron', email: 'ada@example.com', plan: 'pro' }

describe.skipIf(executable === undefined)('the pages', () => {
  beforeAll(async () => {
    portal = await startPortal()
  }, 90_000)
  afterAll(() => portal?.stop())

  test('before anything was sent every page says so', async () => {
    const { page, goto, context } = await portal.open()
    await goto('/live')
    await page.getByText('Nothing has arrived yet').waitFor()
    await goto('/profiles')
    await page.getByText('Nobody is known yet').waitFor()
    await goto('/profiles/user_id:nobody')
    await page.getByText('There is nothing here').waitFor()
    await goto('/nowhere')
    await context.close()
  })

  test('get started: a new source, its key in the code, and the light turns green by itself', async () => {
    const { page, goto, context } = await portal.open()
    await goto('/')
    await page.getByRole('button', { name: 'New source' }).click()
    await page.getByLabel('Name').fill('Shop')
    await page.keyboard.press('Enter')
    await page.getByText('Waiting for the first event of Shop').waitFor()
    const sources = await portal.api<{ sources: { name: string; writeKey: string }[] }>('GET', '/api/v1/sources')
    const { writeKey } = sources.sources.find(({ name }) => name === 'Shop') as { writeKey: string }
    await page.getByText(`writeKey: '${writeKey}'`).waitFor()
    await page.getByRole('button', { name: 'Send a test event' }).click()
    await page.getByText('Shop is sending').waitFor()
    await page.getByRole('link', { name: 'Open the person' }).click()
    await page.getByRole('heading', { level: 1, name: 'test-user' }).waitFor()
    await context.close()
  })

  test('an event of a real SDK shows in Live within two seconds, and on the profile', async () => {
    const { page, goto, context } = await portal.open()
    await goto('/live')
    await page.getByText('Live', { exact: true }).waitFor()
    const sdk = new Analytics({ writeKey: portal.server.writeKey, host: portal.server.url, flushAt: 1 })
    sdk.identify({ userId: 'ada', traits: ada })
    sdk.track({ userId: 'ada', event: 'Tea Ordered', properties: { total: 27.5 } })
    await sdk.flush()
    const row = page.getByRole('list', { name: 'Live events' }).getByText('Tea Ordered')
    await row.first().waitFor()
    const tookMs = [Number.POSITIVE_INFINITY]
    // A machine that does other things may be slow once, and not three times.
    for (let n = 2; n <= 4 && Math.min(...tookMs) > 2_000; n++) {
      const began = performance.now()
      sdk.track({ userId: 'ada', event: 'Tea Ordered', properties: { total: 27.5 } })
      await row.nth(n - 1).waitFor()
      tookMs.push(performance.now() - began)
    }
    expect(Math.min(...tookMs)).toBeLessThan(2_000)
    await row.first().click()
    const drawer = page.getByRole('complementary', { name: 'The event' })
    await drawer.getByText('27.5').waitFor()
    await drawer.getByText('received', { exact: true }).waitFor()
    await drawer.getByRole('link', { name: 'Open the person' }).click()
    await page.getByRole('heading', { level: 1, name: 'Ada Byron' }).waitFor()
    await page.getByRole('list', { name: 'Timeline' }).getByText('Tea Ordered').first().waitFor()
    await sdk.closeAndFlush()
    await context.close()
  })

  test('live by keyboard: pause counts what waits, j and k walk, Escape closes, / looks for text', async () => {
    const { page, goto, context } = await portal.open()
    await goto('/live')
    await page.getByText('Live', { exact: true }).waitFor()
    await portal.send({ type: 'track', userId: 'k1', event: 'Before The Pause' })
    await page.getByText('Before The Pause').waitFor()
    await page.keyboard.press('Space')
    await portal.send({ type: 'track', userId: 'k1', event: 'While Paused' })
    await page.getByText('Paused, 1 event waits').waitFor()
    expect(await page.getByText('While Paused').count()).toBe(0)
    await page.keyboard.press('Space')
    await page.getByText('While Paused').waitFor()
    await page.keyboard.press('j')
    const drawer = page.getByRole('complementary', { name: 'The event' })
    await drawer.getByRole('heading', { name: 'While Paused' }).waitFor()
    await page.keyboard.press('j')
    await drawer.getByRole('heading', { name: 'While Paused' }).waitFor({ state: 'detached' })
    await page.keyboard.press('k')
    await drawer.getByRole('heading', { name: 'While Paused' }).waitFor()
    expect(page.url()).toContain('show=')
    await page.keyboard.press('Escape')
    await drawer.waitFor({ state: 'detached' })
    await page.keyboard.press('/')
    await page.keyboard.type('only this')
    await page.waitForURL(/text=only\+this/)
    await page.getByText('Nothing has arrived yet').waitFor()
    await portal.send({ type: 'track', userId: 'k1', event: 'Other' })
    await portal.send({ type: 'track', userId: 'k1', event: 'Looked For', properties: { note: 'Only this one' } })
    await page.getByText('Looked For').waitFor()
    expect(await page.getByRole('list', { name: 'Live events' }).getByText('Other').count()).toBe(0)
    await context.close()
  })

  test('a rejected event shows what was wrong and where', async () => {
    const { page, goto, context } = await portal.open()
    await goto('/live?outcome=rejected')
    await portal.send({ type: 'track', userId: 'k2' })
    await page.getByText('TRACK events require a name').first().click()
    const drawer = page.getByRole('complementary', { name: 'The event' })
    await drawer.getByText('event: TRACK events require a name').waitFor()
    await context.close()
  })

  test('people are found while one types, the address says what was typed, and one click leads to the person', async () => {
    await portal.send({ type: 'identify', userId: 'hedy', traits: { name: 'Hedy Kiesler', email: 'hedy@example.com' } })
    const { page, goto, context } = await portal.open()
    await goto('/live')
    await portal.known('kies', 1)
    await page.getByRole('searchbox').fill('kies')
    await page.getByRole('link', { name: 'Hedy Kiesler' }).waitFor()
    expect(page.url()).toContain('/profiles?q=kies')
    await page.getByRole('searchbox').fill('nobody at all')
    await page.getByText('Nobody fits').waitFor()
    await page.getByRole('searchbox').fill('hedy')
    await page.getByRole('link', { name: 'Hedy Kiesler' }).click()
    await page.getByRole('heading', { level: 1, name: 'Hedy Kiesler' }).waitFor()
    await context.close()
  })

  test('a person: traits with their source, why in a segment, consent, merge and its undoing', async () => {
    await portal.send(
      { type: 'identify', userId: 'm1', traits: { name: 'Grace Murray', plan: 'pro' } },
      { type: 'track', userId: 'm2', event: 'Came Twice' },
    )
    await portal.known('m2', 1)
    const { page, goto, context } = await portal.open()
    await goto('/profiles/user_id:m1?tab=traits')
    await page.getByRole('row', { name: /plan pro default/ }).waitFor()
    await page.getByRole('tab', { name: 'Segments' }).click()
    await page.getByText('Pro plan').click()
    await page.getByText('value pro').waitFor()
    await page.getByRole('tab', { name: 'Consents' }).click()
    await page.getByRole('button', { name: 'Grant email' }).click()
    await page.getByRole('button', { name: 'Withdraw email' }).waitFor()
    await page.getByRole('button', { name: 'Merge' }).click()
    await page.getByLabel('Other profile').fill('m2')
    await page.getByRole('dialog').getByRole('button', { name: 'Merge' }).click()
    await page.getByText('a person decided it').first().waitFor()
    await page.getByRole('button', { name: 'Undo merge' }).click()
    await page.getByRole('dialog').getByText('Moves out').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Undo merge' }).click()
    await page.getByText('Undone').waitFor()
    await context.close()
  })

  test('an erasure shows how far it is, and afterwards nobody is there', async () => {
    await portal.send({ type: 'identify', userId: 'gone', traits: { name: 'Soon Gone' } })
    await portal.known('gone', 1)
    const { page, goto, context } = await portal.open()
    await goto('/profiles/user_id:gone')
    await page.getByRole('button', { name: 'Erase' }).click()
    await page.getByRole('button', { name: 'Erase for good' }).click()
    await page.getByText(/stores have forgotten|Erased everywhere/).waitFor()
    await goto('/profiles/user_id:gone')
    await page.getByText('There is nothing here').waitFor()
    await context.close()
  })

  test('sample people can be loaded and removed', async () => {
    const { page, goto, context } = await portal.open()
    await goto('/start')
    await page.getByRole('button', { name: 'Load sample data' }).click()
    await page.getByRole('button', { name: 'Remove sample data' }).waitFor()
    await portal.known('sample', 6)
    await page.getByRole('button', { name: 'Remove sample data' }).click()
    await page.getByRole('button', { name: 'Load sample data' }).waitFor()
    await portal.known('sample', 0)
    await context.close()
  })

  test('what fails says so and can be tried again; what one may not is no failure', async () => {
    const { page, goto, context } = await portal.open()
    await page.route('**/api/v1/profiles?*', (route) =>
      route.fulfill({
        status: 500,
        json: { code: 'internal', detail: 'something broke on our side', requestId: 'r-1' },
      }),
    )
    await goto('/profiles')
    await page.getByRole('alert').getByText('something broke on our side').waitFor()
    await page.getByText('Request r-1').waitFor()
    await page.unroute('**/api/v1/profiles?*')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('table').waitFor()
    await context.close()
    const narrow = await portal.open({ scopes: ['events:read'] })
    await narrow.goto('/live')
    expect(await narrow.page.getByRole('navigation').getByRole('link').allTextContents()).toEqual([
      'Overview',
      'Live events',
    ])
    await narrow.goto('/profiles')
    await narrow.page.getByText('Your API token lacks the scope profiles:read').waitFor()
    await narrow.context.close()
  })

  test('by keyboard from anywhere: the palette leads to pages and people, ? lists the keys, / reaches the search', async () => {
    await portal.send({ type: 'identify', userId: 'konrad', traits: { name: 'Konrad Zuse' } })
    await portal.known('konrad', 1)
    const { page, goto, context } = await portal.open()
    await goto('/start')
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Go to' }).waitFor()
    await page.keyboard.type('konrad')
    await page
      .getByRole('dialog')
      .getByRole('option', { name: /Konrad Zuse/ })
      .waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Konrad Zuse' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Go to' }).waitFor()
    await page.keyboard.type('live')
    await page.getByRole('dialog').getByRole('option', { name: 'Live events' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Live events' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Go to' }).waitFor()
    await page.keyboard.type('get started')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Get started' }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('konrad')
    await page.getByRole('link', { name: 'Konrad Zuse' }).waitFor()
    await context.close()
  })

  test('in German, for a browser that asks for it', async () => {
    const { page, goto, context } = await portal.open({ locale: 'de-DE' })
    await goto('/profiles')
    await page.getByRole('heading', { level: 1, name: 'Personen' }).waitFor()
    expect(await page.evaluate('document.documentElement.lang')).toBe('de')
    await context.close()
  })
})
