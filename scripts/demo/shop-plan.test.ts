import { describe, expect, it } from 'vitest'
import { FIRST_SEEN_BEFORE_BASE, planShop } from './shop-plan.ts'

const BASE = Date.parse('2026-03-15T12:00:00Z')

type Item = { readonly messageId?: string; readonly timestamp?: string; readonly userId?: string }

/** Every message of a plan, as a server that takes it at `now` sees it. */
function items(plan: ReturnType<typeof planShop>, now = BASE): readonly Item[] {
  return plan.requests.flatMap((request) => {
    const body = request.body(now) as {
      batch?: Item[]
      eventId?: string
      ts?: string
      payload?: { userId?: string }
    } & Item
    if (body.batch) return body.batch
    return body.payload ? [{ messageId: body.eventId ?? '', timestamp: body.ts ?? '', ...body.payload }] : [body]
  })
}

describe('the plan of the shop', () => {
  it('is the same for the same seed and base, whenever it is sent, and counts its messages', () => {
    const plan = planShop(1, 40, BASE)
    expect(items(plan)).toHaveLength(plan.messages)
    const again = items(planShop(1, 40, BASE), BASE + 86_400_000)
    const withoutTransport = (item: Item) => ({ ...item, sentAt: undefined })
    expect(again.map(withoutTransport)).toEqual(items(plan).map(withoutTransport))
  })

  it('shares no person and no message with another seed', () => {
    const ids = (seed: number) => items(planShop(seed, 40, BASE)).map(({ messageId }) => messageId)
    expect(ids(1).filter((id) => ids(2).includes(id))).toEqual([])
  })

  it('lets a later run find its base by the first person', () => {
    const [first] = planShop(1, 1, 0).people
    const times = items(planShop(1, 40, BASE)).filter(({ userId }) => userId === first?.userId)
    expect(Math.min(...times.map(({ timestamp }) => Date.parse(timestamp ?? '')))).toBe(BASE - FIRST_SEEN_BEFORE_BASE)
  })

  it('holds duplicates, late and invalid messages, and every kind of person', () => {
    const plan = planShop(1, 40, BASE)
    const all = items(plan)
    expect(new Set(all.map(({ messageId }) => messageId)).size).toBeLessThan(all.length)
    expect(all.filter(({ timestamp }) => Date.parse(timestamp ?? '') < BASE - 3_600_000).length).toBeGreaterThan(3)
    expect(all.filter(({ messageId }) => messageId?.includes('-bad-'))).toHaveLength(5)
    expect(new Set(plan.people.map(({ behaviour }) => behaviour)).size).toBe(6)
  })
})
