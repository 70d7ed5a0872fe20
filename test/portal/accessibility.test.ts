import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { executable, type Opened, type Portal, startPortal, violations } from './signed-in.ts'

/** No violation of WCAG A or AA on any page, in light and dark, wide and at 390 px, where nothing may be cut off. */
const PAGES = [
  '/sign-in',
  '/',
  '/start',
  '/live',
  '/profiles',
  '/profiles?columns=identifiers,firstSeen,trait.email',
  '/profiles/user_id:ada',
  '/profiles/user_id:ada?tab=traits&trait=email',
  '/profiles/user_id:ada?tab=identity&link=anonymous_id:a1+user_id:ada+message',
  '/profiles/user_id:ada?tab=segments',
  '/profiles/user_id:ada?tab=consents',
  '/segments',
  '/segments/mixed',
  '/segments/mixed?tab=versions',
  '/segments/mixed?tab=overlap&with=pro_plan',
  '/sources',
  '/sources/new?type=stripe',
  '/sources/{source}',
  '/sources/{source}?tab=keys',
  '/destinations/new',
  '/destinations/{destination}',
  '/destinations/{destination}?tab=settings',
  '/plugins',
  '/plugins/{plugin}?tab=test',
  '/transformations/{transformation}',
  '/plans',
  '/plans/{plan}',
  '/plans/{plan}?tab=events',
  '/dead-letters?show={letter}',
  '/settings',
  '/settings?tab=tokens',
  '/settings?tab=signIn',
  '/settings?tab=identity',
  '/settings?tab=audit',
]

/** Conditions with every kind of field. */
const MIXED = {
  type: 'and',
  conditions: [
    { type: 'trait', path: 'plan', op: 'in', value: ['pro', 'team'] },
    { type: 'trait', path: 'since', op: 'before', value: '2026-03-15' },
    { type: 'trait_changed', path: 'plan', from: 'free', to: null, window: { between: ['60d', '30d'] } },
    {
      type: 'or',
      conditions: [
        { type: 'consent', channel: 'email', status: 'granted' },
        {
          type: 'sequence',
          steps: [
            { name: 'Tea Ordered', where: [{ property: 'total', op: 'gt', value: 20 }] },
            {
              name: 'Tea Ordered',
              within: '1h',
              where: [{ property: 'total', op: 'eq', valueFrom: { step: 0, property: 'total' } }],
            },
          ],
        },
        { type: 'event', name: 'Tea Ordered', count: { op: 'between', value: [1, 3] } },
      ],
    },
  ],
}

let portal: Portal
let opened: Opened
/** What braces in a path stand for. */
const ids: Record<string, string> = {}

/** One of each thing that a workspace has, and a dead letter. */
async function makeThings(): Promise<void> {
  const make = async (kind: string, body: object) =>
    (await portal.api<{ id: string }>('POST', `/api/v1/${kind}`, body)).id
  ids['source'] = await make('sources', { name: 'Orders', kind: 'server' })
  ids['destination'] = await make('destinations', {
    type: 'webhook',
    name: 'CRM',
    settings: { url: 'http://127.0.0.1:9/in', secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
    filter: { events: ['Tea *'] },
    mapping: [{ op: 'rename', from: 'properties.total', to: 'properties.value' }],
  })
  const code = 'export function onEvent() {}'
  ids['plugin'] = await make('plugins', { type: 'javascript', name: 'Scores', settings: { code }, enabled: false })
  const event = { name: 'Refused', onViolation: 'quarantine', schema: { required: ['total'] } }
  ids['plan'] = await make('tracking-plans', { name: 'Shop', mode: 'enforce', events: [event] })
  ids['transformation'] = await make('transformations', {
    name: 'Values',
    steps: [{ op: 'remove', path: 'context.ip' }],
  })
  // A plan is in force within seconds: what comes before is let pass.
  while (!ids['letter']) {
    await portal.send({ type: 'track', userId: 'ada', event: 'Refused' })
    await new Promise((resume) => setTimeout(resume, 1_000))
    const path = '/api/v1/dead-letters?limit=1'
    ids['letter'] = (await portal.api<{ deadLetters: { id: string }[] }>('GET', path)).deadLetters[0]?.id ?? ''
  }
}

describe.skipIf(executable === undefined)('accessibility', () => {
  beforeAll(async () => {
    portal = await startPortal()
    await portal.send(
      { type: 'identify', userId: 'ada', anonymousId: 'a1', traits: { name: 'Ada Byron', email: 'ada@example.com' } },
      { type: 'track', userId: 'ada', event: 'Tea Ordered', properties: { total: 27.5 } },
      { type: 'track', userId: 'ada' },
    )
    await portal.known('ada', 1)
    await portal.api('POST', '/api/v1/segments', { key: 'mixed', name: 'Mixed', condition: MIXED })
    await portal.api('PUT', '/api/v1/segments/mixed', { condition: { type: 'not', condition: MIXED } })
    await makeThings()
    opened = await portal.open()
  }, 120_000)
  afterAll(() => portal?.stop())

  /** Each page in light and in dark, wide and narrow; every other one the other way round. */
  const LOOKS = [
    [
      ['light', 1280],
      ['dark', 390],
    ],
    [
      ['dark', 1280],
      ['light', 390],
    ],
  ] as const

  test.each(PAGES.map((path, i) => [path, i] as const))('%s', async (path, i) => {
    const { page, goto } = opened
    const looks = LOOKS[i % 2] as (typeof LOOKS)[0]
    await look(page, ...looks[0])
    await goto(path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? ''))
    await page.waitForLoadState('networkidle')
    for (const [colorScheme, width] of looks) {
      await look(page, colorScheme, width)
      expect([colorScheme, width, await violations(page)]).toEqual([colorScheme, width, []])
      await expect.poll(() => page.getByRole('heading', { level: 1 }).count()).toBe(1)
      await expect.poll(() => page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    }
  })

  describe.each(LOOKS[0])('%s, %i px', (colorScheme, width) => {
    test('the drawer of an event, and a dialog', async () => {
      const { page, goto, context } = await portal.open({ colorScheme, width })
      await goto('/live')
      await page.getByRole('list', { name: 'Live events' }).getByText('Tea Ordered').click()
      await page.getByRole('complementary', { name: 'The event' }).getByText('received', { exact: true }).waitFor()
      expect(await violations(page)).toEqual([])
      for (const [keys, name] of [
        ['Control+k', 'Go to …'],
        ['?', 'Keyboard shortcuts'],
      ] as const) {
        await page.keyboard.press(keys)
        await page.getByRole('dialog', { name }).waitFor()
        expect(await violations(page)).toEqual([])
        await page.keyboard.press('Escape')
        await page.getByRole('dialog').waitFor({ state: 'detached' })
      }
      await goto('/live?outcome=rejected')
      await page.getByRole('list', { name: 'Live events' }).getByRole('button').first().click()
      await page.getByRole('button', { name: 'Replay …' }).click()
      await page.getByRole('dialog').waitFor()
      expect(await violations(page)).toEqual([])
      await goto('/profiles/user_id:ada')
      await page.getByRole('button', { name: 'Erase' }).click()
      await page.getByRole('dialog').waitFor()
      expect(await violations(page)).toEqual([])
      await context.close()
    })
  })
})

/** Another look of the page that is open; what fades from one into the other has come to its end. */
async function look(page: Page, colorScheme: 'light' | 'dark', width: number): Promise<void> {
  await page.emulateMedia({ colorScheme })
  await page.setViewportSize({ width, height: 840 })
  await page.evaluate(`Promise.all(document.getAnimations()
    .filter(({ effect }) => effect.getComputedTiming().iterations !== Infinity)
    .map(({ finished }) => finished.catch(() => undefined)))`)
}
