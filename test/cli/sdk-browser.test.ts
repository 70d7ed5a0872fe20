import { readFileSync } from 'node:fs'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { EventPage, ProfileDocument } from '../../shared/profile/document.ts'
import { chromiumPath, launchChromium, type PageServer, servePages } from '../support/browser.ts'
import { type LocalServer, startLocalServer } from '../support/local-server.ts'
import { type Reader, readerOf } from '../support/read-api.ts'

/**
 * The browser SDKs of Segment and RudderStack, unchanged, in a real Chromium, from a page of another site. Whatever they
 * ask of anybody but us and their page leads nowhere and is reported: a settings document that sent them elsewhere would show.
 */
const executable = chromiumPath()
if (executable === undefined) console.warn('no Chromium on this machine: the browser SDKs are not tried')

const bundle = (path: string) => ({ type: 'text/javascript', content: readFileSync(`node_modules/${path}`) })
const html = (script: string) => ({
  type: 'text/html',
  content: `<!doctype html><title>Shop</title><script src="${script}"></script><h1>Shop</h1>`,
})

let server: LocalServer
let reader: Reader
let pages: PageServer
let browser: Browser
let context: BrowserContext
let page: Page
let elsewhere: string[]
let paths: Set<string>

describe.skipIf(executable === undefined)('in Chromium, from another site', () => {
  beforeAll(async () => {
    server = await startLocalServer()
    reader = readerOf(server)
    pages = await servePages({
      '/segment': html('/segment.js'),
      '/segment.js': bundle('@segment/analytics-next/dist/umd/index.js'),
      '/rudder': html('/rudder.js'),
      '/rudder.js': bundle('@rudderstack/analytics-js/dist/npm/modern/bundled/umd/index.js'),
      '/next': { type: 'text/html', content: '<!doctype html><title>Next</title>' },
    })
    browser = await launchChromium(executable as string)
  }, 90_000)
  afterAll(async () => {
    await browser?.close()
    await pages?.stop()
    await server?.stop()
  })

  beforeEach(async () => {
    context = await browser.newContext()
    page = await context.newPage()
    elsewhere = []
    paths = new Set()
    // Watching only: a browser whose requests are intercepted makes no preflights, and those are half of the matter.
    page.on('request', (request) => {
      const url = request.url()
      if (url.startsWith(server.url)) paths.add(new URL(url).pathname)
      else if (!url.startsWith(pages.origin)) elsewhere.push(url)
    })
    page.on('console', (message) => {
      if (/CORS|Access-Control/.test(message.text())) elsewhere.push(message.text())
    })
  })
  afterEach(async () => {
    await context.close()
    expect(elsewhere).toEqual([])
  })

  test('the browser holds the rule: what has no CORS headers cannot be read by the page', async () => {
    await page.goto(`${pages.origin}/next`)
    const read = await page.evaluate(
      (url) =>
        fetch(url, { headers: { Authorization: 'x' } }).then(
          () => true,
          () => false,
        ),
      `${server.url}/health`,
    )
    expect([read, elsewhere.length]).toEqual([false, 1])
    elsewhere = []
  })

  const profileWith = async (userId: string, counts: Record<string, number>): Promise<ProfileDocument> => {
    const complete = ({ eventCounts }: ProfileDocument) =>
      Object.entries(counts).every(([name, n]) => eventCounts[name] === n)
    const { value } = await reader.until(`/profiles/user_id:${userId}`, complete)
    expect(value.eventCounts).toEqual(counts)
    return value
  }

  /** The same story for every Segment set-up; `options` is what load() takes beside the write key. */
  const segmentStory =
    (options: (url: string) => object, settings: (url: string) => object) => async (user: string) => {
      await page.goto(`${pages.origin}/segment?utm_source=mail&utm_campaign=spring`)
      await page.evaluate(
        async ([loading, init, userId]) => {
          // biome-ignore lint/suspicious/noExplicitAny: the page's own global
          const analytics = (globalThis as any).AnalyticsNext.AnalyticsBrowser.load(loading, init)
          await analytics.page('Home')
          await analytics.track('Looked', { price: 27.5 })
          await analytics.identify(userId, { email: `${userId}@example.test`, plan: 'pro' })
          await analytics.group('acme', { name: 'Acme' })
          await analytics.track('Order Completed', { total: 27.5 })
        },
        [{ writeKey: server.writeKey, ...settings(server.url) }, options(server.url), user] as const,
      )
    }

  test.each([
    ['with only cdnURL: hosts come from our settings', 'seg-cdn', (url: string) => ({ cdnURL: url }), () => ({})],
    [
      'with cdnURL and apiHost',
      'seg-host',
      (url: string) => ({ cdnURL: url }),
      (url: string) => ({ integrations: { 'Segment.io': { apiHost: `${new URL(url).host}/v1`, protocol: 'http' } } }),
    ],
  ])('@segment/analytics-next %s: what she did before signing in is hers', async (_, userId, settings, options) => {
    await segmentStory(options, settings)(userId)
    const profile = await profileWith(userId, { $page: 1, Looked: 1, 'Order Completed': 1 })
    expect(profile.traits).toEqual({ email: `${userId}@example.test`, plan: 'pro' })
    expect(profile.identifiers.map(({ type }) => type).sort()).toEqual(['anonymous_id', 'email', 'user_id'])
    const timeline = await reader.read<EventPage>(`/profiles/user_id:${userId}/events?name=Looked`)
    const seen = timeline?.events[0]?.context as { campaign: { source: string }; userAgent: string }
    expect([seen.campaign.source, seen.userAgent]).toEqual(['mail', expect.stringContaining('Chrome')])
  })

  test('@segment/analytics-next with batching: what is left goes out when the page is left', async () => {
    const delivery = { strategy: 'batching', config: { size: 10, timeout: 60_000 } }
    const integrations = { 'Segment.io': { deliveryStrategy: delivery } }
    await page.goto(`${pages.origin}/segment`)
    await page.evaluate(
      async ([loading, init]) => {
        // biome-ignore lint/suspicious/noExplicitAny: the page's own global
        const analytics = (globalThis as any).AnalyticsNext.AnalyticsBrowser.load(loading, init)
        await analytics.ready()
        await analytics.identify('seg-batch', { plan: 'pro' })
        for (let i = 0; i < 3; i++) void analytics.track('Looked')
        await new Promise((resume) => setTimeout(resume, 200))
      },
      [{ writeKey: server.writeKey, cdnURL: server.url }, { integrations }] as const,
    )
    expect(await reader.read('/profiles/user_id:seg-batch')).toBeUndefined()
    await page.goto(`${pages.origin}/next`)
    await profileWith('seg-batch', { Looked: 3 })
  })

  test.each([
    ['one event a request', 'rud-one', '/v1/track', {}],
    [
      'client batching',
      'rud-batch',
      '/v1/batch',
      { queueOptions: { batch: { enabled: true, maxItems: 3, flushInterval: 1_000 } } },
    ],
    ['beacons', 'rud-beacon', '/beacon/v1/batch', { useBeacon: true, beaconQueueOptions: { flushQueueInterval: 500 } }],
  ])('@rudderstack/analytics-js, %s: what she did before signing in is hers', async (_, userId, path, options) => {
    await page.goto(`${pages.origin}/rudder`)
    await page.evaluate(
      async ([writeKey, url, user, more]) => {
        // biome-ignore lint/suspicious/noExplicitAny: the page's own global
        const { RudderAnalytics } = (globalThis as any).rudderanalytics
        const analytics = new RudderAnalytics()
        analytics.load(writeKey, url, { configUrl: url, ...(more as object) })
        await new Promise<void>((resume) => analytics.ready(() => resume()))
        const done = (name: string, ...rest: unknown[]) =>
          new Promise<void>((resume) => analytics[name](...rest, () => resume()))
        await done('page', 'Home')
        await done('track', 'Looked', { price: 27.5 })
        await done('identify', user, { email: `${user}@example.test`, plan: 'pro' })
        await done('group', 'acme', { name: 'Acme' })
        await done('track', 'Order Completed', { total: 27.5 })
        await new Promise((resume) => setTimeout(resume, 1_500))
      },
      [server.writeKey, server.url, userId, options] as const,
    )
    expect([...paths]).toContain(path)
    const profile = await profileWith(userId, { $page: 1, Looked: 1, 'Order Completed': 1 })
    expect(profile.traits).toMatchObject({ email: `${userId}@example.test`, plan: 'pro' })
    expect(profile.identifiers.map(({ type }) => type).sort()).toEqual(['anonymous_id', 'email', 'user_id'])
  })

  test('a pixel in a page', async () => {
    const query = `writeKey=${server.writeKey}&userId=pixel-page&event=Seen&mail=spring`
    await page.goto(`${pages.origin}/next`)
    const width = await page.evaluate(
      (src) =>
        new Promise<number>((resume, fail) => {
          // biome-ignore lint/suspicious/noExplicitAny: the page's own global
          const image = new (globalThis as any).Image()
          image.onload = () => resume(image.naturalWidth)
          image.onerror = () => fail(new Error('no image'))
          image.src = src
        }),
      `${server.url}/v1/pixel/track?${query}`,
    )
    expect(width).toBe(1)
    await profileWith('pixel-page', { Seen: 1 })
    const timeline = await reader.read<EventPage>('/profiles/user_id:pixel-page/events')
    expect(timeline?.events[0]?.properties).toEqual({ mail: 'spring' })
  })
})
