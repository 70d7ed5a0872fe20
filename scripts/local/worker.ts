import worker, {
  AudienceShardObject as Audience,
  DeliveryLaneObject as DeliveryLane,
  IdentityGraphObject as Graph,
  ProfileObject as Profile,
} from '../../workers/index.ts'
import { CONTROL_PATH, CONTROL_TOKEN_HEADER, type ControlRequest, type LocalFacts, type Standstill } from './control.ts'
import { Unsettled } from './unsettled.ts'
import { workerPaths } from './worker-paths.ts'

/**
 * The entry of a local Tributary: the production Worker, wrapped in what only local life needs. The local broker keeps
 * its queues in memory, so before the process may end everything that is queued must be worked off: this entry can
 * refuse new requests, say where work still is, and hold alarms back. The production code knows nothing of it.
 *
 * A local Worker and its objects are one isolate, so module variables reach all of them.
 */
type LocalEnv = Env & { readonly LOCAL: LocalFacts }

const program: Required<Pick<ExportedHandler<Env>, 'fetch' | 'queue' | 'scheduled'>> = worker

const unsettled = new Unsettled()
/** Made of the bindings, which never change. */
let isWorkers: ((path: string) => boolean) | undefined
let draining = false
let frozen = false
let running = 0

async function whileRunning<T>(work: () => T | Promise<T>): Promise<T> {
  running++
  try {
    return await work()
  } finally {
    running--
  }
}

/** A held-back alarm comes again when the next start finds it due. */
async function alarm(state: DurableObjectState, work: () => Promise<void>): Promise<void> {
  if (frozen) await state.storage.setAlarm(Date.now() + 1_000)
  else await whileRunning(work)
}

// The other classes as they are; those below, which have alarms, take the place of their namesakes.
export * from '../../workers/index.ts'

export class ProfileObject extends Profile {
  override alarm(): Promise<void> {
    return alarm(this.ctx, () => super.alarm())
  }
}

export class AudienceShardObject extends Audience {
  override alarm(): Promise<void> {
    return alarm(this.ctx, () => super.alarm())
  }
}

export class DeliveryLaneObject extends DeliveryLane {
  override alarm(): Promise<void> {
    return alarm(this.ctx, () => super.alarm())
  }
}

export class IdentityGraphObject extends Graph {
  override alarm(): Promise<void> {
    return alarm(this.ctx, () => super.alarm())
  }
}

async function standstill(env: LocalEnv): Promise<Standstill> {
  // The bindings named by the launcher are queue producers: it reads both from wrangler.toml.
  const queues = env.LOCAL.queueBindings.map((name) => (env as unknown as Record<string, Queue>)[name] as Queue)
  const backlogs = await Promise.all(queues.map((queue) => queue.metrics()))
  return {
    queued: backlogs.reduce((sum, { backlogCount }) => sum + backlogCount, 0),
    inFlight: unsettled.inFlight(),
    delayed: unsettled.delayed(Date.now()),
    unsettled: unsettled.size,
    running,
  }
}

function refusal(request: Request): Response {
  const origin = request.headers.get('origin')
  return Response.json(
    { success: false, code: 'draining', message: 'This Tributary is shutting down. Try again in a few seconds.' },
    {
      status: 503,
      headers: {
        'Retry-After': '5',
        'X-Request-Id': crypto.randomUUID(),
        // Browser SDKs read Retry-After only when they may.
        ...(origin && {
          'Access-Control-Allow-Origin': origin,
          'Access-Control-Allow-Credentials': 'true',
          'Access-Control-Expose-Headers': 'Retry-After',
          Vary: 'Origin',
        }),
      },
    },
  )
}

export default {
  ...worker,

  async fetch(request, env, ctx) {
    const isControl = request.headers.get(CONTROL_TOKEN_HEADER) === env.LOCAL.token
    if (isControl && new URL(request.url).pathname === CONTROL_PATH) {
      // Only the launcher has the token, and it sends nothing else.
      ;({ draining, frozen } = (await request.json()) as ControlRequest)
      return Response.json(await standstill(env))
    }
    if (draining) return refusal(request)
    isWorkers ??= workerPaths(env.LOCAL.workerFirst)
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    if (isRead && !isWorkers(new URL(request.url).pathname)) return env.ASSETS.fetch(request)
    return whileRunning(() => program.fetch(request, env, ctx))
  },

  async queue(batch, env, ctx) {
    // A job is a row of D1: the next start goes on with it, and nothing is lost with its message.
    if (draining && batch.queue.endsWith('tributary-jobs')) return batch.ackAll()
    const watch = unsettled.watch(batch, env.LOCAL, () => draining)
    try {
      await program.queue(watch.batch, env, ctx)
      watch.done(false)
    } catch (error) {
      watch.done(true)
      if (!draining) throw error
      console.error(error)
      watch.batch.retryAll()
    }
  },

  async scheduled(controller, env, ctx) {
    if (!frozen) await whileRunning(() => program.scheduled(controller, env, ctx))
  },
} satisfies ExportedHandler<LocalEnv>
