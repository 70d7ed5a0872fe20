import { DurableObject } from 'cloudflare:workers'
import { identityStub } from '../../platform/stubs.ts'
import { IdentitySettings } from '../../shared/identity/identity-settings.ts'
import type { ResolveRequest } from '../../shared/identity/resolve.ts'
import type { CanonicalId } from '../../shared/kernel/id.ts'

export * from '../../workers/index.ts'

/** The bare platform: an object that looks one row up by its key for each of the values it is called with. */
export class NullObject extends DurableObject {
  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env as never)
    ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS row (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID')
  }

  async lookUp(keys: readonly string[]): Promise<readonly (string | null)[]> {
    const query = 'SELECT value FROM row WHERE key = ?'
    return keys.map((key) => this.ctx.storage.sql.exec<{ value: string }>(query, key).toArray()[0]?.value ?? null)
  }

  async put(keys: readonly string[]): Promise<void> {
    this.ctx.storage.transactionSync(() => {
      for (const key of keys)
        this.ctx.storage.sql.exec(
          'INSERT OR REPLACE INTO row (key, value) VALUES (?, ?)',
          key,
          'prf_01JZ0000000000000000000000',
        )
    })
  }
}

interface BenchEnv extends Env {
  readonly NULLS: DurableObjectNamespace<NullObject>
}

const settings = IdentitySettings.parse({})

/** A message of person `n`: a user id and one anonymous id. */
function requestOf(n: number): ResolveRequest {
  return {
    ids: [
      { key: `user-${n}`.padEnd(22, '_'), type: 'user_id' },
      { key: `anon-${n}`.padEnd(22, '_'), type: 'anonymous_id' },
    ],
    mayExceed: false,
    eventAt: n,
    cause: { kind: 'message', messageId: `m${n}`, at: n },
  }
}

const keysOf = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => requestOf(from + i).ids.map(({ key }) => key)).flat()

/** One round each: `?work=…&from=…&calls=…&batch=…`. Answers when all of it is done. */
export default {
  async fetch(request: Request, env: BenchEnv): Promise<Response> {
    const query = new URL(request.url).searchParams
    const [from, calls, batch] = ['from', 'calls', 'batch'].map((name) => Number(query.get(name))) as [
      number,
      number,
      number,
    ]
    const graph = identityStub(env, 'bench')
    const bare = env.NULLS.getByName('bench')
    for (let call = 0; call < calls; call++) {
      const first = from + call * batch
      switch (query.get('work')) {
        case 'put':
          await bare.put(keysOf(first, batch))
          break
        case 'look up':
          await bare.lookUp(keysOf(first, batch))
          break
        case 'resolve':
          await graph.resolve(
            settings,
            Array.from({ length: batch }, (_, i) => requestOf(first + i)),
          )
          break
        case 'merge': {
          // Two strangers each, and then the message that has both.
          const pairs = Array.from({ length: batch }, (_, i) => first + i)
          const one = (n: number, which: 0 | 1) => ({ ...requestOf(n), ids: [requestOf(n).ids[which] as never] })
          await graph.resolve(
            settings,
            pairs.flatMap((n) => [one(n, 0), one(n, 1)]),
          )
          await graph.resolve(settings, pairs.map(requestOf))
          while ((await graph.openMerges()) > 0) await scheduler.wait(1)
          break
        }
        case 'null profile': {
          for (let i = 0; i < batch; i++) await env.NULLS.getByName(`p${first + i}` as CanonicalId).put([`k${i}`])
          break
        }
      }
    }
    return new Response('done')
  },
}
