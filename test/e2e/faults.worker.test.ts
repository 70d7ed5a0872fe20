import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { forgetAllAnswers } from '../../queues/resolve-copies.ts'
import { apiClient } from '../support/api-client.ts'
import { aPeer, type FakePeer, onlyFakePeers } from '../support/fake-peer.ts'
import { evictSome, expectAccounts, expectDelivered, expectPeople, tend } from '../support/faults-check.ts'
import { type Chaos, FaultyQueues } from '../support/faults-queues.ts'
import { aStory, PLAN, SEGMENTS, type Story } from '../support/faults-story.ts'
import { seeded } from '../support/random.ts'
import { runJobs } from '../support/run-jobs.ts'
import { aWorkspace, type TestWorkspace } from '../support/workspace.ts'

/**
 * Whole stories under faults: traffic with duplicates, strangers, late and invalid messages, imports and merges goes
 * through the real consumers, while queues deliver twice and out of order, storage refuses or loses its answers, consumers
 * die and objects are evicted. In the end every copy has one outcome, everybody is who a naive model says, and a
 * destination that often fails has got everything under its key.
 *
 * Tried once with the guard taken out (2026-11-21): messages acknowledged before the archive was written made the first
 * seed fail with copies that have no outcome; profiles that forget which copy they took, with counts that are too large.
 *
 * `VITE_FAULT_SEEDS=200 npx vitest run --project workers test/e2e/faults.worker.test.ts` runs more of them.
 */
const { env: given = {} } = import.meta as { readonly env?: Readonly<Record<string, string>> }
const SEEDS = Number(given['VITE_FAULT_SEEDS'] ?? 4)
const FIRST = Number(given['VITE_FAULT_FIRST'] ?? 1)
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

beforeAll(onlyFakePeers)

async function aShop(peer: FakePeer): Promise<TestWorkspace> {
  const ws = await aWorkspace({ windowMs: 0 }, SEGMENTS)
  const api = await apiClient(ws)
  expect((await api('POST', '/tracking-plans', PLAN)).status).toBe(201)
  const hook = { type: 'webhook', name: 'Hook', settings: { url: peer.url, secret: SECRET } }
  expect((await api('POST', '/destinations', hook)).status).toBe(201)
  return ws
}

/** Fails now and then: refuses, breaks off, or takes its time. */
function moody(peer: FakePeer, random: () => number): void {
  peer.answer(async ({ headers }) => {
    const mood = random()
    if (mood < 0.05) {
      headers.set('x-refused', '500')
      return new Response('no', { status: 500 })
    }
    if (mood < 0.1) {
      headers.set('x-refused', 'closed')
      throw new TypeError('the connection was closed')
    }
    if (mood < 0.12) await new Promise((resume) => setTimeout(resume, 200))
    return new Response('ok')
  })
}

async function tell(ws: TestWorkspace, story: Story, chaos: Chaos): Promise<FaultyQueues> {
  const queues = new FaultyQueues(env, chaos)
  for (const message of story.messages)
    queues.send(`tributary-events-${chaos.random() < 0.5 ? 0 : 1}`, JSON.stringify(message), chaos.random() * 20)
  await queues.run(async () => {
    if (chaos.random() < 0.1) forgetAllAnswers()
    if (chaos.random() < 0.15) await evictSome(ws, chaos.random)
  })
  await tend(ws)
  return queues
}

/** Minutes of the queues' clock in which something is down. */
function outages(random: () => number): Chaos['outages'] {
  const some = ['LAKE', 'DB', 'EFFECTS', 'DEAD_LETTERS', 'IDENTITY', 'PROFILES', 'METERS', 'TRACES', 'AUDIENCES']
  return Array.from({ length: 3 }, () => {
    const from = Math.floor(random() * 40_000)
    return { of: some[Math.floor(random() * some.length)] as string, from, to: from + Math.floor(random() * 30_000) }
  })
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
      const chaos = { fault: 0.03, delay: 0.1, death: 0.1, duplicate: 0.1, lostAck: 0.05, outages: outages(random) }
      const { happened } = await tell(ws, story, { random, ...chaos })
      expect(happened).toMatchObject({ buried: 0 })
      expect(happened.refused + happened.lost + happened.deaths + happened.duplicates).toBeGreaterThan(10)
      await expectAccounts(ws, story)
      await expectPeople(ws, story)
      await expectDelivered(ws, story, peer)
      // The archive says the same as the profiles: folding them again changes nothing.
      const api = await apiClient(ws)
      const { body } = await api('POST', '/rebuilds', {})
      await runJobs(ws)
      expect((await api('GET', `/jobs/${body.jobId}`)).body.result).toMatchObject({
        changed: 0,
        kept: 0,
        reasons: [],
      })
    },
  )
})
