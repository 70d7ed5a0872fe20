import { consumeDeadLetters } from './consume-dead-letters.ts'
import { consumeEffects } from './consume-effects.ts'
import { consumeEvents } from './consume-events.ts'
import { consumeJobs } from './consume-jobs.ts'
import { consumeMatching } from './match-messages.ts'

/** Queue name → consumer. Names are those of wrangler.toml; a prefix of an environment (`staging-`) is no difference. */
export async function consume(batch: MessageBatch, env: Env): Promise<void> {
  if (/tributary-events-\d+$/.test(batch.queue)) return consumeEvents(batch, env)
  if (batch.queue.endsWith('tributary-effects')) return consumeEffects(batch, env)
  if (batch.queue.endsWith('tributary-jobs')) return consumeJobs(batch, env)
  if (batch.queue.endsWith('tributary-matching')) return consumeMatching(batch, env)
  if (batch.queue.endsWith('tributary-dead-letters')) return consumeDeadLetters(batch, env)
  throw new Error(`no consumer for queue ${batch.queue}`)
}
