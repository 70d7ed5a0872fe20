import { consume } from '../queues/index.ts'
import { replaySpill } from '../queues/replay-spill.ts'
import { handleRequest } from './handle-request.ts'

/**
 * The composition root: what Cloudflare calls, and which part of the program answers. Requests come in through
 * workers/, queue batches through queues/, the cron brings spilled requests back, and the classes are the objects of
 * durable-objects/.
 */
export { IdentityGraphObject, MeterObject, ProfileObject } from '../durable-objects/index.ts'

export default {
  fetch: handleRequest,
  queue: (batch, env) => consume(batch, env),
  async scheduled(_, env) {
    await replaySpill(env)
  },
} satisfies ExportedHandler<Env>
