import { everyMinute } from '../queues/every-minute.ts'
import { consume } from '../queues/index.ts'
import { handleRequest } from './handle-request.ts'

/**
 * The composition root: what Cloudflare calls, and which part of the program answers. Requests come in through
 * workers/, queue batches and the cron through queues/, and the classes are the objects of durable-objects/.
 */
export {
  AudienceShardObject,
  DeliveryLaneObject,
  HookTokensObject,
  IdentityGraphObject,
  LiveHubObject,
  MatchShardObject,
  MeterObject,
  PlanObject,
  ProfileObject,
  TraceObject,
} from '../durable-objects/index.ts'
export { CustomerCodeRoom } from './customer-code/customer-code-room.ts'
export { CustomerNetwork } from './customer-code/customer-network.ts'

export default {
  fetch: handleRequest,
  queue: (batch, env) => consume(batch, env),
  scheduled: (_, env) => everyMinute(env),
} satisfies ExportedHandler<Env>
