import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { apiClient } from '../support/api-client.ts'
import { aPeer, onlyFakePeers } from '../support/fake-peer.ts'
import { expectAccounts, expectDelivered, expectPeople } from '../support/faults-check.ts'
import { type Chaos, FaultyQueues, QUIET } from '../support/faults-queues.ts'
import { aShop, moody, rebuildEverybody, tell } from '../support/faults-shop.ts'
import { aStory } from '../support/faults-story.ts'
import { seeded } from '../support/random.ts'
import { runJobs } from '../support/run-jobs.ts'
import { aMessage, deliver, linesOf, profileOf } from '../support/workspace.ts'

/**
 * Whole stories under faults: traffic with duplicates, strangers, late and invalid messages, imports and merges goes
 * through the real consumers, while queues deliver twice and out of order, storage refuses or loses its answers, consumers
 * die and objects are evicted. In the end every copy has one outcome, everybody is who a naive model says, a destination
 * that often fails has got everything under its key, and the archive says the same as the profiles.
 *
 * More of them, every fourth a hard one:
 * `VITE_FAULT_SEEDS=200 VITE_FAULT_FIRST=1 npx vitest run --project workers test/e2e/faults.worker.test.ts`
 */
const { env: given = {} } = import.meta as { readonly env?: Readonly<Record<string, string>> }
const SEEDS = Number(given['VITE_FAULT_SEEDS'] ?? 4)
const FIRST = Number(given['VITE_FAULT_FIRST'] ?? 1)

beforeAll(onlyFakePeers)

const DAILY = {
  fault: 0.03,
  delay: 0.1,
  death: 0.1,
  duplicate: 0.1,
  lostAck: 0.05,
  forget: 0.1,
  evict: 0.15,
  spreadSeconds: 20,
}
const HARD = { ...DAILY, death: 0.15, duplicate: 0.3, lostAck: 0.1, forget: 0.5, evict: 0.6 }

/** Some seconds of the queues' clock in which something is down. */
function outages(random: () => number): Chaos['outages'] {
  const some = [
    'LAKE',
    'DB',
    'EFFECTS',
    'DEAD_LETTERS',
    'IDENTITY',
    'PROFILES',
    'METERS',
    'TRACES',
    'AUDIENCES',
    'DELIV',
  ]
  return Array.from({ length: 3 }, () => {
    const from = Math.floor(random() * 40_000)
    return { of: some[Math.floor(random() * some.length)] as string, from, to: from + Math.floor(random() * 30_000) }
  })
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries > 400) throw new Error('it did not happen')
    await new Promise((resume) => setTimeout(resume, 25))
  }
}

describe('under faults', () => {
  test.each(Array.from({ length: SEEDS }, (_, i) => FIRST + i))(
    'nothing is lost, doubled or told wrongly (seed %i)',
    async (seed) => {
      const random = seeded(seed)
      const peer = aPeer()
      const ws = await aShop(peer)
      moody(peer, random)
      const story = aStory(ws, random)
      const { happened } = await tell(ws, story, {
        random,
        ...(seed % 4 === 0 ? HARD : DAILY),
        outages: outages(random),
      })
      expect(happened.buried).toEqual([])
      expect(happened.refused + happened.lost + happened.deaths + happened.duplicates).toBeGreaterThan(10)
      await expectAccounts(ws, story)
      await expectPeople(ws, story)
      await expectDelivered(ws, story, peer)
      expect(await rebuildEverybody(ws)).toMatchObject({ changed: 0, kept: 0, unreadable: 0, reasons: [] })
    },
    120_000,
  )
})

describe('what a queue gave up on', () => {
  test('though it had been applied reaches archive and destinations when it is replayed, and counts once', async () => {
    const peer = aPeer()
    const ws = await aShop(peer)
    const api = await apiClient(ws)
    const body = { type: 'track', event: 'Click', userId: 'u0', messageId: 'm0' }
    const message = aMessage(ws, [body], { requestId: crypto.randomUUID() })
    const hour = 3_600_000
    const queues = new FaultyQueues(env, { ...QUIET, outages: [{ of: 'LAKE', from: 0, to: hour }] })
    queues.send('tributary-events-0', JSON.stringify(message))
    await queues.run()
    expect(queues.happened.buried).toHaveLength(1)
    expect((await profileOf(ws, 'user_id', 'u0')).eventCounts).toEqual({ Click: 1 })
    expect(peer.got).toEqual([])
    const { body: letters } = await api('GET', '/dead-letters')
    expect(letters.deadLetters).toMatchObject([{ stage: 'queue', messageId: 'm0' }])
    await api('POST', '/dead-letters:replay', { stage: 'queue' })
    await runJobs(ws)
    await peer.until(1)
    expect(peer.got[0]?.json.data.messageId).toBe('m0')
    expect((await profileOf(ws, 'user_id', 'u0')).eventCounts).toEqual({ Click: 1 })
    const applied = (await linesOf(ws)).filter(({ outcome }) => outcome === 'applied')
    expect(applied).toMatchObject([{ messageId: 'm0', redelivered: true }])
    expect(await rebuildEverybody(ws)).toMatchObject({ events: 1, changed: 0, kept: 0 })
  })
})

describe('effects that a queue gave up on', () => {
  test('are letters of their workspace, one each, and reach archive and destinations when they are replayed', async () => {
    const peer = aPeer()
    const ws = await aShop(peer)
    const api = await apiClient(ws)
    await deliver([aMessage(ws, [{ type: 'identify', userId: 'u0', traits: { plan: 'pro' }, messageId: 'm0' }])])
    const { id } = await profileOf(ws, 'user_id', 'u0')
    const event = { source: 'tributary', messageId: `${id}:pro:1`, type: 'track', name: 'pro ENTER', context: {} }
    const effect = {
      key: `tributary:${id}:pro:1`,
      kind: 'segment',
      workspace: ws.id,
      profile: id,
      event: { ...event, timestamp: Date.now(), receivedAt: Date.now(), flags: [] },
    }
    const other = { ...effect, key: 'x', workspace: 'another' }
    const queues = new FaultyQueues(env, { ...QUIET, outages: [{ of: 'LAKE', from: 0, to: 12 * 3_600_000 }] })
    queues.send('tributary-effects', JSON.stringify({ v: 1, effects: [effect, other] }))
    await queues.run()
    expect(queues.happened.buried).toHaveLength(1)
    expect((await api('GET', '/dead-letters')).body.deadLetters).toMatchObject([
      { stage: 'effects', messageId: `${id}:pro:1`, body: { effect: { key: effect.key } } },
    ])
    const { body } = await api('POST', '/dead-letters:replay', { stage: 'effects' })
    await runJobs(ws)
    expect((await api('GET', `/jobs/${body.jobId}`)).body).toMatchObject({ result: { replayed: 1, unreadable: 0 } })
    await until(() => peer.got.some(({ json }) => json.data.event === 'pro ENTER'))
    await until(async () => (await linesOf(ws, 'effects')).some(({ messageId }) => messageId === `${id}:pro:1`))
    expect((await api('GET', '/dead-letters')).body.deadLetters).toEqual([])
  })
})

describe('a planted fault is found', () => {
  const story = async (seed: number, chaos: Partial<Chaos>, environment?: Env) => {
    const random = seeded(seed)
    const ws = await aShop(aPeer())
    const told = aStory(ws, random, { people: 2, items: 12 })
    await tell(ws, told, { ...QUIET, random, ...chaos }, environment)
    return { ws, told }
  }

  test('by nobody where there is none', async () => {
    const { ws, told } = await story(1, {})
    await expectAccounts(ws, told)
    await expectPeople(ws, told)
  })

  test('a consumer that acknowledges before the archive is written', async () => {
    const { ws, told } = await story(1, { death: 0.5, acksFirst: true })
    await expect(expectAccounts(ws, told)).rejects.toThrow()
  })

  test('a profile that does not know a copy again', async () => {
    let serial = 0
    const forgetful = {
      getByName: (name: string) => {
        const stub = env.PROFILES.getByName(name)
        const apply = (request: { readonly items: readonly { readonly eventText: string }[] }) => {
          const items = request.items.map((item) => {
            const event = JSON.parse(item.eventText)
            return { ...item, eventText: JSON.stringify({ ...event, messageId: `${event.messageId}-${serial++}` }) }
          })
          return (stub as unknown as { apply: (request: unknown) => Promise<unknown> }).apply({ ...request, items })
        }
        return { apply }
      },
    }
    const { ws, told } = await story(2, { duplicate: 0.5 }, { ...env, PROFILES: forgetful } as unknown as Env)
    await expect(expectPeople(ws, told)).rejects.toThrow()
  })
})
