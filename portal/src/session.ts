import { queryOptions } from '@tanstack/react-query'
import type { Scope } from '../../shared/contract/contract.ts'
import type { readSession } from '../../shared/contract/read-session.ts'
import { ask, type ReplyOf } from './api.ts'

/** Who is signed in. The server decides what may be done; the portal only leaves out what would be refused. */
export type Session = ReplyOf<typeof readSession>

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => ask<typeof readSession>('get', '/api/v1/session', {}, signal),
  staleTime: 5 * 60_000,
  retry: false,
})

/** As shared/contract/granted.ts says it; that module would bring zod along. */
export function may({ token }: Session, scope: Scope): boolean {
  return token.scopes.includes('*') || token.scopes.includes(scope) || isOfWorkspace(token.scopes, scope)
}

function isOfWorkspace(scopes: readonly string[], scope: Scope): boolean {
  return scope !== 'admin' && scopes.includes('*:workspace')
}
