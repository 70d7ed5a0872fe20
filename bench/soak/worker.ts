import { identifierKey } from '../../platform/hashing.ts'
import { identityStub, profileStub } from '../../platform/stubs.ts'
import { everyMinute } from '../../queues/every-minute.ts'
import { consume } from '../../queues/index.ts'
import type { CanonicalId } from '../../shared/kernel/id.ts'
import { withFaults } from '../../test/support/faults.ts'
import { seeded } from '../../test/support/random.ts'
import { handleRequest } from '../../workers/handle-request.ts'

export * from '../../workers/index.ts'

/**
 * The whole program, with a queue that does what production's may and the local one never does: batches come twice, out
 * of order, or again because the consumer died after its work; and every call of the consumer may be refused before or
 * after it took effect. And a look at people from inside, since a million profiles are too many to ask for over HTTP.
 */
interface SoakEnv extends Env {
  /** Seed of the faults; 0: none. */
  readonly SOAK_SEED: string
  /** Chance that a call of the consumer fails. */
  readonly SOAK_CHANCE: string
}

let random: (() => number) | undefined
export const injected = { refused: 0, twice: 0, shuffled: 0, died: 0 }

export default {
  async fetch(request: Request, env: SoakEnv, ctx: ExecutionContext): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === '/soak/minute') {
      await everyMinute(env)
      return Response.json(injected)
    }
    if (pathname === '/soak/people')
      return Response.json(await peopleOf(env, JSON.parse(searchParams.get('of') ?? '[]')))
    return handleRequest(request, env, ctx)
  },

  async queue(batch: MessageBatch, env: SoakEnv): Promise<void> {
    const seed = Number(env.SOAK_SEED)
    if (seed === 0 || !batch.queue.includes('events')) return consume(batch, env)
    random ??= seeded(seed)
    const chance = random
    const refusals = Number(env.SOAK_CHANCE)
    const drawn = () => {
      const value = chance()
      if (value < refusals) injected.refused += 1
      return value
    }
    const faulty = withFaults(env, { chance: refusals, random: drawn }) as SoakEnv
    const shuffled = chance() < 0.1
    if (shuffled) injected.shuffled += 1
    const mine = shuffled ? { ...shell(batch), messages: [...batch.messages].sort(() => chance() - 0.5) } : shell(batch)
    if (chance() < 0.02) {
      // Delivered twice at the same time, to two consumers that know nothing of each other; one of them is forgotten.
      injected.twice += 1
      const silent = {
        ...mine,
        messages: mine.messages.map((message) => ({ ...message, ...facts(message), ack() {}, retry() {} })),
      }
      await Promise.all([consume(mine, faulty), consume(silent, faulty)])
    } else await consume(mine, faulty)
    if (chance() < 0.01) {
      injected.died += 1
      batch.retryAll({ delaySeconds: 1 })
    }
  },

  scheduled: (_: ScheduledController, env: SoakEnv) => everyMinute(env),
}

/** The batch as a plain object, so that its messages can be given in another order. */
function shell(batch: MessageBatch): MessageBatch {
  return {
    queue: batch.queue,
    messages: batch.messages,
    metadata: batch.metadata,
    ackAll: () => batch.ackAll(),
    retryAll: (options) => batch.retryAll(options),
  }
}

function facts({ id, timestamp, body, attempts }: Message): Pick<Message, 'id' | 'timestamp' | 'body' | 'attempts'> {
  return { id, timestamp, body, attempts }
}

/** Of each person: whose the identifiers are, what is counted, whether ENTER and EXIT alternate, and what is still to be told. */
async function peopleOf(env: SoakEnv, people: readonly (readonly [type: string, value: string][])[]) {
  const graph = identityStub(env, 'bench')
  return Promise.all(
    people.map(async (identifiers) => {
      const ids = await Promise.all(
        identifiers.map(([type, value]) =>
          graph.locate({ kind: 'identifier', key: identifierKey(env.IDENTITY_SECRET, 'bench', type, value) }),
        ),
      )
      const [id] = ids
      if (!id) return { ids }
      const stub = profileStub(env, 'bench', id as CanonicalId)
      const [profile, timeline, alarm] = await Promise.all([
        stub.read({ meta: false }),
        stub.events({ limit: 1_000 }),
        stub.nextAlarm(),
      ])
      if (profile.kind !== 'found' || timeline.kind !== 'found') return { ids }
      const changes = timeline.value.events
        .filter(({ name }) => / (ENTER|EXIT)$/.test(name ?? ''))
        .map(({ messageId, name }) => ({ messageId, change: name?.split(' ').at(-1) ?? '' }))
      return { ids, counts: profile.value.eventCounts, changes, dueSoon: alarm !== null && alarm < Date.now() + 30_000 }
    }),
  )
}
