import { eventBacklog } from '../../platform/event-queues.ts'
import { log } from '../../platform/log.ts'
import { patience } from '../../platform/patience.ts'
import { readHealth } from '../../shared/contract/read-health.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'

/** Whoever asks for health wants to know soon; a store that answers later than this is not healthy. */
const PATIENCE_MS = 2_000

export const readHealthRoute = serve(readHealth, async (_, { env }) => {
  const checks = {
    configuration: env.DB.prepare('SELECT id FROM workspaces LIMIT 1').first(),
    queues: eventBacklog(env),
  }
  const waited = await Promise.all(
    Object.entries<Promise<unknown>>(checks).map(async ([name, check]) => ({
      name,
      ...(await patience(PATIENCE_MS, check)),
    })),
  )
  const unwell = waited.filter(({ kind }) => kind !== 'done')
  if (unwell.length === 0) return ok({ status: 'ok' as const })
  for (const one of unwell) log.error(`health: ${one.name} is unwell`, one)
  return err(failure('unavailable', `no answer from: ${unwell.map(({ name }) => name).join(', ')}`))
})
