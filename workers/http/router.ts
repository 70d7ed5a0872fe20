import { Hono } from 'hono'
import { log } from '../../platform/log.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { problem } from './problem.ts'
import type { Route } from './serve.ts'

/**
 * Finds the route of a request. Paths are matched as they were sent and their parameters decoded once, so that a value
 * may hold an encoded slash. A known path with another method is 405 and names those it takes; OPTIONS names them too.
 */
export function routerOf(routes: readonly Route[]): Hono<{ Bindings: Env }> {
  const router = new Hono<{ Bindings: Env }>({ getPath: (request) => rawPath(request.url) })
  const byPath = [...Map.groupBy(routes, ({ contract }) => contract.path)]
  for (const [path, here] of byPath.sort(([a], [b]) => (rank(a) < rank(b) ? -1 : 1))) {
    const pattern = patternOf(path)
    for (const { contract, answer } of here) {
      router.on(contract.method.toUpperCase(), pattern, (c) => answer(c.req.raw, c.env, c.req.param()))
    }
    const allow = allowed(here)
    router.all(pattern, (c) => otherMethod(c.req.method, allow))
  }
  router.notFound(() => problem(failure('not_found', 'there is nothing at this path'), crypto.randomUUID()))
  router.onError((fault) => {
    log.error('router: it failed', { fault })
    return problem(failure('internal', 'something broke on our side'), crypto.randomUUID())
  })
  return router
}

/** A path that is written out comes before one with a parameter in its place, which would take its requests. */
function rank(path: string): string {
  return path.replace(/\{\w+\}/g, '\uffff')
}

/** `{ref}` becomes hono's `:ref`; a colon of the path itself (`members:import`) must not be taken for one of those. */
function patternOf(path: string): string {
  return path.replace(/\/([^/{}]*:[^/{}]*)(?=\/|$)/g, '/:_{$1}').replace(/\{(\w+)\}/g, ':$1')
}

function rawPath(url: string): string {
  const { pathname } = new URL(url)
  return pathname.length > 1 && pathname.endsWith('/') ? pathname.slice(0, -1) : pathname
}

function allowed(routes: readonly Route[]): string {
  const methods = new Set(routes.map(({ contract }) => contract.method.toUpperCase()))
  if (methods.has('GET')) methods.add('HEAD') // hono answers HEAD like GET, without the body
  return [...methods, 'OPTIONS'].join(', ')
}

function otherMethod(method: string, allow: string): Response {
  const requestId = crypto.randomUUID()
  if (method === 'OPTIONS')
    return new Response(null, { status: 204, headers: { Allow: allow, 'X-Request-Id': requestId } })
  return problem(failure('method_not_allowed', `this path takes ${allow}`), requestId, { Allow: allow })
}
