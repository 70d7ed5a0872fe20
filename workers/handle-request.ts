import { bulkImport } from '../shared/contract/bulk-import.ts'
import { failure } from '../shared/kernel/failure.ts'
import { HOOKS, hookPathOf } from './hooks/hook-path.ts'
import { receiveHook } from './hooks/receive-hook.ts'
import { preflight } from './http/cors.ts'
import { routerOf } from './http/router.ts'
import { refused } from './ingest/answers.ts'
import { ingest } from './ingest/ingest.ts'
import { ingestRoute, isBelowSdkRoot, pathOf, type SdkRoute } from './ingest/ingest-route.ts'
import { routes } from './route/index.ts'

const router = routerOf(routes)

/** Events first, by one look-up: they are nearly all of the traffic. Everything else goes by its contract. */
export async function handleRequest(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
  const path = pathOf(request.url)
  const route = ingestRoute(path)
  if (route) return ingest(request, env, route)
  if (isBelowSdkRoot(path) && path !== bulkImport.path) return unknownSdkPath(request)
  const hook = path.startsWith(HOOKS) ? hookPathOf(path) : undefined
  if (hook) return receiveHook(request, env, hook)
  return router.fetch(request, env, ctx)
}

const SDK: SdkRoute = { shape: 'batch', dialect: 'sdk' }

/** A browser SDK with a path of ours that does not exist must be able to read so. */
function unknownSdkPath(request: Request): Response {
  const requestId = crypto.randomUUID()
  if (request.method === 'OPTIONS') return preflight(request, requestId)
  return refused(failure('not_found', 'there is nothing at this path'), SDK, request, requestId)
}
