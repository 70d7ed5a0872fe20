import { TRACES, traceStub } from '../../platform/stubs.ts'
import { listEvents } from '../../shared/contract/list-events.ts'
import { ok } from '../../shared/kernel/result.ts'
import { liveEventOf } from '../../shared/pipeline/live.ts'
import { KEEP_TRACE_MS } from '../../shared/pipeline/trace.ts'
import { serve } from '../http/serve.ts'
import { cursorOf, mergedPages, placesOf } from './trace-pages.ts'

export const listEventsRoute = serve(listEvents, async ({ query }, { env, workspace, now }) => {
  const { cursor, ...asked } = query
  const places = placesOf(cursor, TRACES.length)
  const since = now - KEEP_TRACE_MS
  const pages = await Promise.all(
    TRACES.map((shard, i) => traceStub(env, workspace, shard).list({ ...asked, before: places[i], since })),
  )
  const { lines, next } = mergedPages(pages, places, query.limit)
  return ok({ events: lines.map(liveEventOf), cursor: cursorOf(next) })
})
