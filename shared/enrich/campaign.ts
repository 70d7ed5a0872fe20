import { z } from 'zod'
import type { JsonObject } from '../kernel/json.ts'
import { defineEnrichment } from './enrichment.ts'
import { says } from './fill.ts'
import { type Parameter, pageOf } from './page.ts'
import { cut } from './text.ts'

/**
 * Where a visit was advertised, as the address says: `utm_campaign` becomes `name` and every other `utm_x` becomes `x`
 * (contracts/sdk.md). A campaign that the sender told is kept whole: it may be the one that won the person first.
 */
export const campaign = defineEnrichment({
  name: 'campaign',
  summary: 'Campaign (utm parameters) and click ids of advertisers from the address of the page',
  reads: ['context.page', 'properties of a page call', 'context.campaign'],
  writes: ['context.campaign', 'context.clickIds'],
  settings: z.object({ enabled: z.boolean().default(true) }),
  look({ event }) {
    const page = pageOf(event)
    if (!page || page.query.length === 0) return undefined
    const campaign = says(event.context, 'campaign') ? undefined : campaignOf(page.query)
    const clickIds = clickIdsOf(page.query)
    if (!campaign && !clickIds) return undefined
    return { context: { ...(campaign ? { campaign } : {}), ...(clickIds ? { clickIds } : {}) } }
  },
})

const VALUE_CHARS = 255
/** Segment's fields and some of one's own. */
const MOST_FIELDS = 16

export function campaignOf(query: readonly Parameter[]): JsonObject | undefined {
  const found = new Map<string, string>()
  for (const [name, value] of query) {
    const field = /^utm_([a-z][a-z0-9_]{0,39})$/i.exec(name)?.[1]?.toLowerCase()
    if (field === undefined || value === '' || found.size >= MOST_FIELDS) continue
    const key = field === 'campaign' ? 'name' : field
    // Of a parameter that stands there twice the first one counts, as in every SDK.
    if (!found.has(key)) found.set(key, cut(value, VALUE_CHARS))
  }
  return found.size > 0 ? Object.fromEntries(found) : undefined
}

/** Ids by which an advertiser knows a click again, and whether the click was paid for. */
export const CLICK_IDS = {
  gclid: { of: 'Google Ads', paid: true },
  gbraid: { of: 'Google Ads', paid: true },
  wbraid: { of: 'Google Ads', paid: true },
  dclid: { of: 'Google Marketing Platform', paid: true },
  msclkid: { of: 'Microsoft Advertising', paid: true },
  ttclid: { of: 'TikTok', paid: true },
  twclid: { of: 'X', paid: true },
  li_fat_id: { of: 'LinkedIn', paid: true },
  rdt_cid: { of: 'Reddit', paid: true },
  epik: { of: 'Pinterest', paid: true },
  ScCid: { of: 'Snapchat', paid: true },
  yclid: { of: 'Yandex Direct', paid: true },
  irclickid: { of: 'impact.com', paid: true },
  awc: { of: 'Awin', paid: true },
  /** Facebook puts one on every link that leaves it. */
  fbclid: { of: 'Meta', paid: false },
  igshid: { of: 'Instagram', paid: false },
  mc_eid: { of: 'Mailchimp', paid: false },
} as const satisfies Record<string, { readonly of: string; readonly paid: boolean }>
export type ClickId = keyof typeof CLICK_IDS

/** An id that was cut would find no click: a longer one is none. */
const ID_CHARS = 500
const BY_LOWER_CASE = new Map(Object.keys(CLICK_IDS).map((name) => [name.toLowerCase(), name as ClickId]))

export function clickIdsOf(query: readonly Parameter[]): { readonly [id in ClickId]?: string } | undefined {
  const found: { [id in ClickId]?: string } = {}
  for (const [name, value] of query) {
    const id = BY_LOWER_CASE.get(name.toLowerCase())
    if (id !== undefined && value !== '' && value.length <= ID_CHARS) found[id] ??= value
  }
  return Object.keys(found).length > 0 ? found : undefined
}
