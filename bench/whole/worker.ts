import { DurableObject } from 'cloudflare:workers'
import { inPool } from '../../platform/in-pool.ts'
import { METERS, meterStub } from '../../platform/stubs.ts'
import { consume } from '../../queues/index.ts'
import { addReading, emptyReading } from '../../shared/pipeline/meter.ts'
import { handleRequest } from '../../workers/handle-request.ts'

export * from '../../workers/index.ts'

/** The bare platform: an object that is called and answers, or writes one row first. */
export class NullObject extends DurableObject {
  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env as never)
    ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS row (k INTEGER PRIMARY KEY, text TEXT NOT NULL)')
  }

  async answer(): Promise<string> {
    return '{}'
  }

  async write(text: string): Promise<string> {
    this.ctx.storage.sql.exec('INSERT OR REPLACE INTO row (k, text) VALUES (1, ?)', text)
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
    if (request.url.includes('/bench/platform?')) return platform(new URL(request.url).searchParams, env)
    return handleRequest(request, env, ctx)
  },
  async queue(batch: MessageBatch, env: BenchEnv): Promise<void> {
    if (batch.queue === 'tributary-matching') return batch.ackAll()
    await consume(batch, env)
  },
}

/** `?work=…&times=…`: what one call of the platform costs that the consumer cannot do without, 24 at once like its own. */
async function platform(query: URLSearchParams, env: BenchEnv): Promise<Response> {
  const text = 'x'.repeat(1_000)
  const bytes = new Uint8Array(10_000)
  const works: Readonly<Record<string, (i: number) => Promise<unknown>>> = {
    call: (i) => env.NULLS.getByName(`n${i % 1_000}`).answer(),
    write: (i) => env.NULLS.getByName(`n${i % 1_000}`).write(text),
    put: () => env.LAKE.put(`bench/${crypto.randomUUID()}`, bytes, { onlyIf: { etagDoesNotMatch: '*' } }),
    send: () => env.MATCHING.send(text, { contentType: 'text' }),
    read: () => env.DB.prepare('SELECT id FROM workspaces LIMIT 1').first(),
  }
  const work = works[query.get('work') ?? '']
  if (!work) return new Response('no such work', { status: 404 })
  await inPool(
    Array.from({ length: Number(query.get('times')) }, (_, i) => i),
    24,
    async (i) => void (await work(i)),
  )
  return Response.json({ done: true })
}
