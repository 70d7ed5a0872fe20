import { audienceStub } from '../../platform/stubs.ts'
import type { Condition } from '../../shared/segment/condition.ts'
import type { ProfileDocument } from '../../shared/segment/profile-document.ts'

export * from '../../durable-objects/index.ts'

const WORKSPACE = 'bench'

/** One shard of made-up people: filled, counted by a condition, searched. */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { searchParams: query } = new URL(request.url)
    const shard = audienceStub(env, WORKSPACE, 0)
    const number = (name: string) => Number(query.get(name))
    switch (query.get('work')) {
      case 'fill': {
        const documents = Array.from({ length: number('count') }, (_, i) => aDocument(number('from') + i))
        return Response.json(await shard.upsert(JSON.stringify(documents)))
      }
      case 'preview': {
        const condition = JSON.parse(String(query.get('condition'))) as Condition
        return Response.json(
          await shard.preview({ condition, configVersion: 0, percentiles: {}, now: Date.UTC(2026, 10, 1) }, 5),
        )
      }
      case 'search': {
        const wanted = { text: { grams: query.get('grams'), words: query.get('words') }, segment: null, traits: [] }
        return Response.json(await shard.search(wanted, 0, 50))
      }
      default:
        return new Response('no such work', { status: 404 })
    }
  },
}

const FIRST = ['Ada', 'Grace', 'Jörg', 'Marie', 'Søren', 'Łukasz', 'Chloé', 'Noor', 'Wei', 'Amara']
const LAST = ['Müller', 'Smith', 'García', 'Nguyen', 'Kowalski', 'Okafor', 'Ivanov', 'Rossi', 'Dubois', 'Hansen']
const CITIES = ['Berlin', 'Paris', 'Lagos', 'Hanoi', 'Lima', 'Oslo', 'Kyoto', 'Turin', 'Porto', 'Gdańsk']

function aDocument(i: number): ProfileDocument {
  const at = Date.UTC(2026, 9, 1) + i
  const [first, last] = [FIRST[i % 10] as string, LAST[Math.floor(i / 10) % 10] as string]
  const trait = <T extends string | number | boolean>(value: T) => ({ value, at })
  return {
    id: `prf_${String(i).padStart(26, '0')}`,
    workspace: WORKSPACE,
    version: 3,
    configVersion: 0,
    traits: {
      name: trait(`${first} ${last}`),
      email: trait(`${first}.${last}.${i}@example.com`.toLowerCase()),
      plan: trait(['free', 'pro', 'team'][i % 3] as string),
      city: trait(CITIES[Math.floor(i / 7) % 10] as string),
      ltv: trait((i * 7919) % 100_000),
      logins: trait(i % 50),
      newsletter: trait(i % 2 === 0),
      company: trait(`Company ${i % 500}`),
    },
    identifiers: {
      user_id: [`user-${i}`],
      email: [`${first}.${last}.${i}@example.com`],
      phone: [`+4930${1_000_000 + i}`],
    },
    counters: { 'Product Viewed': { d20700: i % 9, d20710: 3, m680: 12 }, 'Order Completed': { d20711: 1 + (i % 4) } },
    memberships: i % 3 === 1 ? { pro_plan: at } : {},
    consents: {},
    computed: {},
    firstSeen: at - 5_000_000_000,
    lastSeen: at,
  }
}
