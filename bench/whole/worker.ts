import { DurableObject } from 'cloudflare:workers'
import { METERS, meterStub } from '../../platform/stubs.ts'
import { consume } from '../../queues/index.ts'
import { addReading, emptyReading } from '../../shared/pipeline/meter.ts'
import { handleRequest } from '../../workers/handle-request.ts'

export * from '../../workers/index.ts'

/** The bare platform: an object that is called and answers. */
export class NullObject extends DurableObject {
  async answer(): Promise<string> {
    return '{}'
  }
}

interface BenchEnv extends Env {
  readonly NULLS: DurableObjectNamespace<NullObject>
}

/** The whole program, and beside it what a bench asks: how many copies have which outcome, and a call that does nothing. */
export default {
  async fetch(request: Request, env: BenchEnv, ctx: ExecutionContext): Promise<Response> {
    if (request.url.endsWith('/bench/outcomes')) {
      const readings = await Promise.all(METERS.map((meter) => meterStub(env, 'bench', meter).read()))
      return Response.json(readings.reduce((sum, one) => addReading(sum, one), emptyReading()).counts)
    }
    if (request.url.endsWith('/bench/null')) {
      const nobody = env.NULLS.getByName(`n${Math.floor(Math.random() * 1_000)}`)
      return new Response(await nobody.answer(), { headers: { 'Content-Type': 'application/json' } })
    }
    return handleRequest(request, env, ctx)
  },
  queue: (batch: MessageBatch, env: BenchEnv) => consume(batch, env),
}
