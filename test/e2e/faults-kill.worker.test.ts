import { beforeAll, describe, expect, test } from 'vitest'
import { aPeer, onlyFakePeers } from '../support/fake-peer.ts'
import { expectAccounts, expectDelivered, expectPeople } from '../support/faults-check.ts'
import { type Doom, QUIET } from '../support/faults-queues.ts'
import { aShop, rebuildEverybody, tell } from '../support/faults-shop.ts'
import { aStory } from '../support/faults-story.ts'
import { seeded } from '../support/random.ts'

/**
 * Death between any two steps: the consumer of a batch dies before and after each single one of its calls to the world,
 * one run for each. Then the queue brings the messages again, to an isolate that knows nothing.
 */
beforeAll(onlyFakePeers)

async function run(dies?: Doom) {
  const peer = aPeer()
  const ws = await aShop(peer)
  const story = aStory(ws, seeded(7), { people: 2, items: 14 })
  const queues = await tell(ws, story, { ...QUIET, forget: 1, ...(dies ? { dies } : {}) })
  await expectAccounts(ws, story)
  await expectPeople(ws, story)
  await expectDelivered(ws, story, peer)
  return { ws, queues }
}

describe('a consumer that dies', () => {
  test('at any of its calls leaves nothing lost and nothing doubled', async () => {
    const { ws, queues } = await run()
    expect(await rebuildEverybody(ws)).toMatchObject({ changed: 0, kept: 0 })
    const dooms = queues.calls.flatMap((calls, i) =>
      calls.flatMap((_, j): Doom[] => [
        { batch: i + 1, call: j + 1, when: 'before' },
        { batch: i + 1, call: j + 1, when: 'after' },
      ]),
    )
    expect(dooms.length).toBeGreaterThan(30)
    let deaths = 0
    for (const doom of dooms) {
      const { name } = queues.calls[doom.batch - 1]?.[doom.call - 1] ?? {}
      const told = await run(doom).catch((fault) => {
        throw new Error(`killed ${doom.when} call ${doom.call} (${name}) of batch ${doom.batch}`, { cause: fault })
      })
      deaths += told.queues.happened.deaths
    }
    // What is cached by chance makes a batch some calls shorter.
    expect(deaths).toBeGreaterThan(dooms.length * 0.7)
  }, 240_000)
})
