import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Condition } from '../../shared/segment/condition.ts'
import { sentence } from '../../shared/segment/sentence.ts'
import { executable, type Portal, startPortal, violations } from './signed-in.ts'

let portal: Portal

/** What somebody who has only a keyboard does: one step after the other until it has the focus. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let steps = 0; steps < 120; steps++) {
    if (await wanted.evaluate((element) => element === element.ownerDocument.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`${wanted} cannot be reached`)
}

/** One of each type. */
const EVERY: readonly Condition[] = [
  { type: 'trait', path: 'address.city', op: 'array_contains_any', value: ['Berlin', 3, true] },
  { type: 'trait_held', path: 'plan', value: 'pro', op: 'at_least', for: '1.5d' },
  { type: 'trait_changed', path: 'plan', from: null, to: 'pro', window: { between: ['60d', '30d'] } },
  { type: 'percentile', path: 'age', op: 'between', value: [10, 99.5] },
  { type: 'computed', key: 'orders', op: 'gte', value: 1 },
  { type: 'identifier', idType: 'email', exists: false },
  { type: 'consent', purpose: 'ads', status: 'unset' },
  {
    type: 'event',
    name: 'Order *',
    count: { op: 'between', value: [0, 9] },
    window: { from: '2026-01-01', to: '2026-02-01T12:00:00Z' },
  },
  { type: 'first_event', name: 'Order Completed', window: { last: '30d' } },
  { type: 'last_event', name: 'Order Completed', has: [{ property: 'at', op: 'within_last', value: '2w' }] },
  { type: 'aggregate', fn: 'unique_count', event: 'Order Completed', property: 'sku', op: 'not_exists' },
  {
    type: 'sequence',
    steps: [
      { name: 'Order Completed' },
      {
        name: 'Order Completed',
        within: '1h',
        where: [{ property: 'sku', op: 'eq', valueFrom: { step: 0, property: 'sku' } }],
      },
    ],
  },
  { type: 'stopped', name: 'Login', window: { last: '30d' }, quiet: '7d' },
  { type: 'restarted', name: 'Login', window: { last: '90d' }, recent: '7d' },
  { type: 'regular', name: 'Login', period: '1d', periods: 7, minPeriods: 3, count: { op: 'gt', value: 1 } },
  { type: 'returned', after: '30d', within: '7d' },
  { type: 'segment', key: 'pro_plan' },
  { type: 'bucket', salt: 'spring', from: 0, to: 12.5 },
  { type: 'everyone' },
]

const definition = async (key: string) =>
  portal.api<{ condition: unknown; sentence: string; version: number }>('GET', `/api/v1/segments/${key}`)

describe.skipIf(executable === undefined)('segments', () => {
  beforeAll(async () => {
    portal = await startPortal()
    const order = (userId: string, total: number) => ({
      type: 'track',
      userId,
      event: 'Order Completed',
      properties: { total, sku: 'T1' },
    })
    await portal.send(
      {
        type: 'identify',
        userId: 'ada',
        traits: { name: 'Ada Byron', email: 'ada@example.com', plan: 'pro', age: 36 },
      },
      {
        type: 'identify',
        userId: 'eve',
        traits: { name: 'Eve Adler', email: 'eve@example.com', plan: 'free', age: 20 },
      },
      order('ada', 50),
      order('ada', 30),
      order('eve', 5),
    )
    await portal.known('example', 2)
  }, 90_000)
  afterAll(() => portal?.stop())

  test('a segment built by keyboard is the one that its JSON posted by API makes', async () => {
    const { page, goto, context } = await portal.open()
    await goto('/segments')
    await tabTo(page, page.getByRole('link', { name: 'New segment' }))
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'New segment' }).waitFor()
    await tabTo(page, page.getByLabel('Name', { exact: true }))
    await page.keyboard.type('By Keyboard')

    await tabTo(page, page.getByLabel('Trait', { exact: true }))
    await page.keyboard.type('plan')
    await page.keyboard.press('Tab')
    await page.keyboard.type('is one of')
    await page.keyboard.press('Tab')
    await page.keyboard.type('pro')
    await page.keyboard.press('Enter')
    await page.keyboard.type('team,')

    await tabTo(page, page.getByRole('button', { name: 'Add condition' }))
    await page.keyboard.press('Enter')
    await page.keyboard.type('Did something')
    // Unfinished, beside the count of what was finished before.
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Tab')
    await tabTo(page, page.getByLabel('Event', { exact: true }))
    await page.keyboard.type('Order Completed')
    await page.keyboard.press('Tab')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Control+a')
    await page.keyboard.type('2')
    await page.keyboard.press('Tab')
    await page.keyboard.type('in the last')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Control+a')
    await page.keyboard.type('7')
    await tabTo(page, page.getByRole('button', { name: 'Only where' }))
    await page.keyboard.press('Enter')
    await tabTo(page, page.getByLabel('Property', { exact: true }))
    await page.keyboard.type('total')
    await page.keyboard.press('Tab')
    await page.keyboard.type('is at least')
    await page.keyboard.press('Tab')
    await page.keyboard.type('20')

    await page.keyboard.press('Tab')
    await tabTo(page, page.getByRole('button', { name: 'Add condition' }))
    await page.keyboard.press('Enter')
    await page.keyboard.type('Consent')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Space')
    await tabTo(page, page.getByLabel('Status', { exact: true }))
    await page.keyboard.type('denied')

    await page.getByTestId('sentence').getByText('not (consent to channel email is denied)').waitFor()
    await page
      .getByRole('region', { name: 'Preview' })
      .getByRole('link', { name: /Ada Byron/ })
      .waitFor()
    await page.keyboard.press('Control+s')
    await page.getByRole('heading', { level: 1, name: 'By Keyboard' }).waitFor()

    const condition = {
      type: 'and',
      conditions: [
        { type: 'trait', path: 'plan', op: 'in', value: ['pro', 'team'] },
        {
          type: 'event',
          name: 'Order Completed',
          window: { last: '7d' },
          count: { op: 'gte', value: 2 },
          where: [{ property: 'total', op: 'gte', value: 20 }],
        },
        { type: 'not', condition: { type: 'consent', channel: 'email', status: 'denied' } },
      ],
    }
    await portal.api('POST', '/api/v1/segments', { key: 'by_api', name: 'By API', condition })
    const [byKeyboard, byApi] = await Promise.all([definition('by_keyboard'), definition('by_api')])
    expect(byKeyboard.condition).toEqual(byApi.condition)
    expect(byKeyboard.sentence).toBe(byApi.sentence)
    await context.close()
  }, 120_000)

  test('the list: search and order stand in the address, what is deleted can be had back, and what is read stays', async () => {
    const everyone = { type: 'everyone' }
    await portal.api('POST', '/api/v1/segments', { key: 'all', name: 'All of them', condition: everyone })
    await portal.api('POST', '/api/v1/segments', {
      key: 'none',
      name: 'None of them',
      condition: { type: 'not', condition: everyone },
    })
    await portal.api('POST', '/api/v1/segments', {
      key: 'reader',
      name: 'Reader',
      condition: { type: 'segment', key: 'all' },
    })
    const { page, goto, context } = await portal.open()
    const row = (name: string) => page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) })
    await goto('/segments')
    await row('All of them').getByRole('cell', { name: '2', exact: true }).waitFor()
    await page.getByRole('searchbox', { name: 'Search segments' }).fill('of them')
    await page.waitForURL(/q=of\+them/)
    await row('Reader').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'People', exact: true }).click()
    await page.waitForURL(/sort=-size/)
    await expect.poll(() => page.getByRole('row').nth(1).textContent()).toContain('All of them')
    await page.getByRole('button', { name: 'People', exact: true }).click()
    await page.waitForURL(/sort=size/)
    await expect.poll(() => page.getByRole('row').nth(1).textContent()).toContain('None of them')

    const toasts = page.locator('[data-toasts]')
    await row('None of them').getByRole('button', { name: 'Delete' }).click()
    await row('None of them').waitFor({ state: 'detached' })
    await toasts.getByRole('button', { name: 'Undo' }).click()
    await row('None of them').waitFor()
    await row('None of them').getByRole('button', { name: 'Delete' }).click()
    await toasts.getByRole('button', { name: 'Close' }).click()
    await expect.poll(async () => definition('none').catch(() => 'gone')).toBe('gone')

    await row('All of them').getByRole('button', { name: 'Delete' }).click()
    await toasts.getByRole('button', { name: 'Close' }).click()
    await toasts.getByText('it is read by').waitFor()
    await row('All of them').waitFor()
    await context.close()
  })

  test('JSON and fields are two views of one condition, and what is wrong is told where it is', async () => {
    const { page, goto, context } = await portal.open()
    await goto('/segments/pro_plan?view=json')
    const json = page.getByLabel('The condition as JSON')
    await json.fill('{ "type": "trait", "path": "age", "op": "gt", "value": "many" }')
    await page.getByRole('alert').getByText('must be a number').waitFor()
    await expect.poll(() => page.getByRole('alert').getByRole('code').textContent()).toBe('value')
    await json.fill('{ "type": ')
    await page.getByRole('alert').waitFor()
    await json.fill(
      '{ "type": "or", "conditions": [{ "type": "trait", "path": "age", "op": "gt", "value": 30 }, { "type": "segment", "key": "nowhere" }] }',
    )
    await page.getByRole('alert').getByText('there is no segment nowhere').waitFor()
    await page.getByRole('button', { name: 'Fields' }).click()
    await page.getByLabel('How these belong together').waitFor()
    await expect.poll(() => page.getByLabel('How these belong together').inputValue()).toBe('or')
    await page.getByText('there is no segment nowhere').waitFor()
    await expect.poll(() => page.getByLabel('Segment', { exact: true }).getAttribute('aria-invalid')).toBe('true')
    await page.getByRole('button', { name: 'Remove', exact: true }).last().click()
    await page.getByTestId('sentence').getByText('age is greater than 30', { exact: true }).waitFor()
    await page
      .getByRole('region', { name: 'Preview' })
      .getByRole('link', { name: /Ada Byron/ })
      .waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByLabel('How these belong together').waitFor()
    await page.getByRole('button', { name: 'Redo' }).click()
    await page.getByRole('button', { name: 'JSON' }).click()
    expect(JSON.parse(await json.inputValue())).toEqual({ type: 'trait', path: 'age', op: 'gt', value: 30 })
    // What was not saved is there again.
    await goto('/segments')
    await goto('/segments/pro_plan')
    await expect.poll(() => page.getByLabel('Trait', { exact: true }).inputValue()).toBe('age')
    await page.getByRole('button', { name: 'Discard changes' }).click()
    await page.getByTestId('sentence').getByText('plan is "pro"', { exact: true }).waitFor()
    await context.close()
  })

  test('every type of condition has its fields, from a link that brings them, and looking at them changes nothing', async () => {
    const orders = { fn: 'count', event: 'Order Completed' }
    await portal.api('POST', '/api/v1/computed-traits', { key: 'orders', name: 'Orders', aggregate: orders })
    const { page, goto, context } = await portal.open({ width: 390 })
    const faults: string[] = []
    page.on('pageerror', ({ message }) => faults.push(message))
    const all: Condition = { type: 'or', conditions: [...EVERY] }
    await goto(`/segments/new?${new URLSearchParams({ condition: JSON.stringify(all) })}`)
    await page.getByTestId('sentence').getByText(sentence(all), { exact: true }).waitFor()
    await expect.poll(() => page.getByLabel('Condition', { exact: true }).count()).toBe(EVERY.length)
    await page.getByRole('region', { name: 'Preview' }).getByText('2 people').waitFor()
    expect(await violations(page)).toEqual([])
    await expect.poll(() => page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    await page.getByRole('button', { name: 'JSON' }).click()
    expect(JSON.parse(await page.getByLabel('The condition as JSON').inputValue())).toEqual(all)
    expect(faults).toEqual([])
    await context.close()
  })

  test('an estimate says between what it lies, and an answer that nobody waits for any more is not shown', async () => {
    const { page, goto, context } = await portal.open()
    let held: (() => void) | undefined
    await page.route('**/api/v1/segments/preview', async (route) => {
      const { condition } = route.request().postDataJSON()
      const answer = { exact: true, sample: [], tookMs: 1, sentence: '' }
      if (condition.type === 'everyone') return route.fulfill({ json: { ...answer, count: 9_000 } })
      if (condition.value === 'slow') await new Promise<void>((go) => (held = go))
      const count = condition.value === 'slow' ? 111 : 222
      // The slow one was given up by then.
      await route.fulfill({ json: { ...answer, exact: false, count, interval: [200, 240] } }).catch(() => undefined)
    })
    await goto('/segments/pro_plan')
    const preview = page.getByRole('region', { name: 'Preview' })
    await preview.getByText('≈ 222').waitFor()
    await preview.getByText('between 200 and 240, with 99 % confidence').waitFor()
    const asked = page.waitForRequest((request) => request.postData()?.includes('slow') ?? false)
    await page.getByLabel('Value', { exact: true }).fill('slow')
    const failed = page.waitForEvent('requestfailed', (request) => request.postData()?.includes('slow') ?? false)
    await asked
    await page.getByLabel('Value', { exact: true }).fill('quick')
    await failed
    await expect.poll(() => held !== undefined).toBe(true)
    held?.()
    await preview.getByText('≈ 222').waitFor()
    await expect.poll(() => preview.getByText('111').count()).toBe(0)
    await context.close()
  })

  test('versions tell what became different, and an earlier one can be gone on with', async () => {
    const trait = (value: string) => ({ type: 'trait', path: 'plan', op: 'eq', value })
    await portal.api('POST', '/api/v1/segments', { key: 'changed', name: 'Changed', condition: trait('free') })
    await portal.api('PUT', '/api/v1/segments/changed', {
      condition: { type: 'or', conditions: [trait('free'), trait('pro')] },
    })
    const { page, goto, context } = await portal.open()
    await goto('/segments/changed?tab=versions')
    await page.getByRole('insertion').getByText('or plan is "pro"').waitFor()
    // By name, as somebody knows it, and not by its id.
    const { token } = await portal.api<{ token: { name: string } }>('GET', '/api/v1/session')
    await page.getByRole('listitem').filter({ hasText: 'Version 2' }).getByText(token.name).waitFor()
    await page.getByRole('button', { name: 'Go on with this one' }).click()
    await page.getByTestId('sentence').getByText('plan is "free"', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Changed saved').waitFor()
    expect((await definition('changed')).version).toBe(3)
    await page.getByRole('tab', { name: 'Versions' }).click()
    await page.getByRole('deletion').getByText('or plan is "pro"').waitFor()
    await context.close()
  })

  test('overlap with others, and why somebody is in or out', async () => {
    const condition = { type: 'trait', path: 'age', op: 'gt', value: 10 }
    await portal.api('POST', '/api/v1/segments', { key: 'grown', name: 'Grown', condition })
    await expect.poll(async () => (await portal.api<{ count: number }>('GET', '/api/v1/segments/grown')).count).toBe(2)
    const { page, goto, context } = await portal.open()
    await goto('/segments/grown?tab=overlap')
    await page.getByText('Compared with nothing yet').waitFor()
    await page.getByLabel('Add a segment …').selectOption('Pro plan')
    await page.waitForURL(/with=pro_plan/)
    await page.getByText('50 % of Grown · 100 % of Pro plan').waitFor()
    await page.getByRole('tab', { name: 'Why in, why out' }).click()
    await page.getByLabel('Person').fill('Eve')
    await page.getByRole('link', { name: /Eve Adler/ }).click()
    await page.waitForURL(/person=prf_/)
    await page.getByText('value 20').waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByText('In', { exact: true }).waitFor()
    await goto('/segments/pro_plan?tab=why&person=user_id:eve')
    await page.getByText('Not in', { exact: true }).waitFor()
    await page.getByRole('link', { name: 'Open the person' }).click()
    await page.getByRole('heading', { level: 1, name: 'Eve Adler' }).waitFor()
    await context.close()
  })

  test('a file makes a list: how far it is, who is on it, and which rows were not taken', async () => {
    const { page, goto, context } = await portal.open()
    await goto('/segments/new?by=file')
    expect(await violations(page)).toEqual([])
    await page.getByLabel('Name', { exact: true }).fill('VIP list')
    const csv = 'email\nada@example.com\nnobody@example.com\n'
    await page
      .getByLabel('File', { exact: true })
      .setInputFiles({ name: 'vips.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
    await page.getByRole('button', { name: 'Upload' }).click()
    await page.getByRole('heading', { level: 1, name: 'VIP list' }).waitFor()
    await page.waitForURL(/job=/)
    await page.getByText('done', { exact: true }).waitFor({ timeout: 60_000 })
    await page
      .getByRole('row')
      .filter({ hasText: 'nobody' })
      .or(page.getByRole('cell', { name: 'email' }))
      .first()
      .waitFor()
    await page.getByRole('link', { name: 'Download all problems' }).waitFor()
    await page.getByText('1 person').waitFor({ timeout: 60_000 })
    await page.getByRole('link', { name: 'People in it' }).click()
    await page.getByRole('link', { name: 'Ada Byron' }).waitFor()
    await context.close()
  })

  test('without segments the page says how to make one; what fails can be tried again', async () => {
    const { page, goto, context } = await portal.open()
    await page.route('**/api/v1/segments?*', (route) => route.fulfill({ json: { segments: [], cursor: null } }))
    await goto('/segments')
    await page.getByText('There are no segments yet').waitFor()
    await page.unroute('**/api/v1/segments?*')
    await page.route('**/api/v1/segments?*', (route) =>
      route.fulfill({ status: 500, json: { detail: 'something broke' } }),
    )
    await goto('/segments')
    await page.getByRole('alert').getByText('something broke').waitFor()
    await page.unroute('**/api/v1/segments?*')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('link', { name: 'Pro plan' }).waitFor()
    await goto('/segments/nowhere')
    await page.getByText('There is nothing here').waitFor()
    await context.close()
  })

  test('who may only look sees everything and changes nothing; who may not look is told so', async () => {
    const reader = await portal.open({ scopes: ['segments:read'] })
    await reader.goto('/segments/pro_plan')
    await reader.page.getByTestId('sentence').getByText('plan is "pro"').waitFor()
    await expect.poll(() => reader.page.getByLabel('Trait', { exact: true }).isDisabled()).toBe(true)
    await expect.poll(() => reader.page.getByRole('button', { name: /^(Save|Delete)/ }).count()).toBe(0)
    await reader.context.close()
    const stranger = await portal.open({ scopes: ['events:read'] })
    await stranger.goto('/segments')
    await stranger.page.getByText('Your API token lacks the scope segments:read').waitFor()
    await stranger.context.close()
  })

  test('the palette finds segments and does things', async () => {
    const { page, goto, context } = await portal.open()
    const faults: string[] = []
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    await goto('/live')
    const call = async (text: string) => {
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox', { name: 'Go to' }).waitFor()
      await page.keyboard.type(text)
    }
    await call('pro pl')
    await page.getByRole('option', { name: 'Pro plan' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Pro plan' }).waitFor()
    await call('new seg')
    await page.getByRole('option', { name: 'New segment' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'New segment' }).waitFor()
    await call('dark')
    await page.getByRole('option', { name: 'Appearance: Dark' }).waitFor()
    await page.keyboard.press('Enter')
    await page.locator('html[data-theme=dark]').waitFor()
    await expect.poll(() => page.getByLabel('Appearance').inputValue()).toBe('dark')
    await call('shortcuts')
    await page.getByRole('option', { name: 'Show keyboard shortcuts' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await page.keyboard.press('Escape')
    // The policy of the portal lets no code be made of text, and nothing tries to.
    expect(faults).toEqual([])
    await call('sign out')
    await page.getByRole('option', { name: 'Sign out' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByLabel('API token').waitFor()
    await context.close()
  })
})
