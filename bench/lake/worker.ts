import { archive } from '../../platform/archive.ts'
import { inPool } from '../../platform/in-pool.ts'
import { readDay, readRoot } from '../../platform/lake-manifest.ts'
import { beginGold, GoldCursor, goldStep } from '../../queues/compact-gold.ts'
import { compactRounds } from '../../queues/compact-round.ts'
import { handleRequest } from '../../workers/handle-request.ts'
import { lineOf, WORKSPACE } from './lines.ts'

export * from '../../workers/index.ts'

/** The whole program, and beside it what a bench of compaction asks: bronze that is there, rounds in the Worker, gold. */
export default {
  async fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    const { pathname, searchParams: query } = new URL(request.url)
    switch (pathname) {
      case '/bench/bronze':
        return Response.json(await fill(env, query))
      case '/bench/compact': {
        const compactor = { by: 'bench', now: Date.now(), until: Number.MAX_SAFE_INTEGER }
        // As the job does it.
        return Response.json(await compactRounds(env, compactor, { rounds: 8, ms: 3_000 }))
      }
      case '/bench/gold': {
        const before = await request.text()
        const cursor = before === '' ? await beginGold(env, WORKSPACE) : GoldCursor.parse(JSON.parse(before))
        return Response.json(await goldStep(env, WORKSPACE, cursor, Date.now()))
      }
      case '/bench/manifests':
        return Response.json(await manifestSizes(env))
    }
    return handleRequest(request, env, ctx)
  },
  async queue(batch: MessageBatch): Promise<void> {
    batch.ackAll()
  },
}

/** `?from=&events=&names=`: objects of a hundred lines of this hour, with so many different names. */
async function fill(env: Env, query: URLSearchParams) {
  const [from, events, names] = ['from', 'events', 'names'].map((name) => Number(query.get(name))) as [
    number,
    number,
    number,
  ]
  const now = Date.now()
  const objects = Array.from({ length: Math.ceil(events / 100) }, (_, i) => i * 100)
  await inPool(objects, 6, async (at) => {
    const lines = Array.from({ length: Math.min(100, events - at) }, (_, i) => {
      const serial = from + at + i
      return lineOf({ serial, receivedAt: now, person: serial % 5_000, name: `Event ${serial % names}` })
    })
    await archive(env, 'events', lines)
  })
  return { objects: objects.length }
}

async function manifestSizes(env: Env) {
  const { value: root } = await readRoot(env.LAKE, WORKSPACE)
  const days = await Promise.all(Object.keys(root.days).map((day) => readDay(env.LAKE, root, day)))
  const gold = Object.values(root.gold?.tables ?? {}).flat()
  return {
    root: JSON.stringify(root).length,
    days: JSON.stringify(days).length,
    goldRows: gold.reduce((sum, { rows }) => sum + rows, 0),
    goldBytes: gold.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}
