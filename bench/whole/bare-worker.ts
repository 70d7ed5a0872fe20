import { DurableObject } from 'cloudflare:workers'

export * from '../../workers/index.ts'

interface BareEvent {
  readonly messageId: string
  readonly userId: string
  readonly type: string
}

/** Whether a message was seen, and how often each person did what: two tables, nothing else. */
export class CounterObject extends DurableObject {
  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env as never)
    ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY) WITHOUT ROWID')
    ctx.storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS counter (person TEXT, type TEXT, n INTEGER, PRIMARY KEY (person, type)) WITHOUT ROWID',
    )
  }

  async take(events: readonly BareEvent[]): Promise<void> {
    const { sql } = this.ctx.storage
    this.ctx.storage.transactionSync(() => {
      for (const { messageId, userId, type } of events) {
        if (sql.exec('INSERT OR IGNORE INTO seen VALUES (?)', messageId).rowsWritten === 0) continue
        sql.exec('INSERT INTO counter VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET n = n + 1', userId, type)
      }
    })
  }

  async counts(): Promise<{ readonly applied: number }> {
    const [row] = this.ctx.storage.sql.exec<{ n: number | null }>('SELECT sum(n) AS n FROM counter').toArray()
    return { applied: row?.n ?? 0 }
  }

  async countOf(person: string): Promise<number> {
    const query = 'SELECT sum(n) AS n FROM counter WHERE person = ?'
    return this.ctx.storage.sql.exec<{ n: number | null }>(query, person).one().n ?? 0
  }
}

interface BareEnv extends Env {
  readonly COUNTERS: DurableObjectNamespace<CounterObject>
}

/** The bare shape: check, queue, dedup insert, counter upsert. No key, no identity, no profile, no archive. */
export default {
  async fetch(request: Request, env: BareEnv): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    const counter = env.COUNTERS.getByName('bench')
    if (pathname === '/bench/outcomes') return Response.json(await counter.counts())
    if (pathname === '/bench/count') return Response.json(await counter.countOf(searchParams.get('person') ?? ''))
    const body = (await request.json()) as { readonly batch?: unknown[] }
    const items = body.batch ?? [body]
    if (!items.every(isEvent)) return new Response('no event', { status: 400 })
    await env.EVENTS_0.send(JSON.stringify({ items }), { contentType: 'text' })
    return Response.json({ success: true })
  },

  async queue(batch: MessageBatch, env: BareEnv): Promise<void> {
    const events = batch.messages.flatMap(({ body }) => (JSON.parse(String(body)) as { items: BareEvent[] }).items)
    await env.COUNTERS.getByName('bench').take(
      events.map(({ messageId, userId, type }) => ({ messageId, userId, type })),
    )
    batch.ackAll()
  },
}

function isEvent(item: unknown): item is BareEvent {
  const { messageId, userId, type } = (item ?? {}) as Record<string, unknown>
  return typeof messageId === 'string' && typeof userId === 'string' && typeof type === 'string'
}
