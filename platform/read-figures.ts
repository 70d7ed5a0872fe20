import { DAY, HOUR } from '../shared/kernel/instant.ts'
import type { Standing } from '../shared/pipeline/figures.ts'
import { addPulse, emptyPulse, type Pulse } from '../shared/pipeline/pulse.ts'
import { eventBacklog } from './event-queues.ts'
import { log } from './log.ts'
import { isOperators } from './operators.ts'
import { audienceShards, audienceStub, METERS, meterStub } from './stubs.ts'

/** How the events of a workspace went, over all its meters; slots from `from` on. Both in epoch milliseconds. */
export async function readPulse(env: Env, workspace: string, now: number, from: number): Promise<Pulse> {
  const pulses = await Promise.all(METERS.map((meter) => meterStub(env, workspace, meter).pulse(now, from)))
  return pulses.reduce(addPulse, emptyPulse())
}

/** What stands now. What cannot be read is null and the rest is told. Never rejects. */
export async function readStanding(env: Env, workspace: string, now: number): Promise<Standing> {
  const or = <T>(group: keyof Standing, work: Promise<T>): Promise<T | null> =>
    work.catch((fault: unknown) => {
      log.warn('figures: some cannot be read', { workspace_id: workspace, group, fault })
      return null
    })
  const [people, deadLetters, queues] = await Promise.all([
    or('people', readPeople(env, workspace, now)),
    or('deadLetters', readDeadLetters(env, workspace)),
    or('queues', readQueues(env, workspace, now)),
  ])
  return { people: people?.people ?? null, segments: people?.segments ?? null, deadLetters, queues }
}

/** Who did something within a day by their own clocks, and who came into segments and left them within 24 hours. */
async function readPeople(env: Env, workspace: string, now: number) {
  const shards = await Promise.all(
    Array.from({ length: audienceShards(env) }, (_, shard) =>
      audienceStub(env, workspace, shard).activity(now - DAY, Math.floor((now - DAY) / HOUR)),
    ),
  )
  const sum = (name: keyof (typeof shards)[number]) => shards.reduce((total, shard) => total + shard[name], 0)
  return {
    people: { known: sum('known'), active: sum('active') },
    segments: { entered: sum('entered'), exited: sum('exited') },
  }
}

async function readDeadLetters(env: Env, workspace: string): Promise<Standing['deadLetters']> {
  const query = 'SELECT COUNT(*) AS waiting FROM dead_letters WHERE workspace = ?'
  return env.DB.prepare(query).bind(workspace).first<{ waiting: number }>()
}

async function readQueues(env: Env, workspace: string, now: number): Promise<Standing['queues']> {
  if (!(await isOperators(env, workspace, now))) return null
  const queues = [...(await eventBacklog(env)).values()]
  const oldest = queues.flatMap(({ backlogCount, oldestMessageTimestamp }) =>
    backlogCount > 0 && oldestMessageTimestamp ? [oldestMessageTimestamp.getTime()] : [],
  )
  return {
    waiting: queues.reduce((sum, { backlogCount }) => sum + backlogCount, 0),
    oldestMs: oldest.length > 0 ? Math.max(0, now - Math.min(...oldest)) : null,
  }
}
