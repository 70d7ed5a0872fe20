import { deleteSession } from '../../shared/contract/delete-session.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { originOf } from '../http/same-origin.ts'
import { serve } from '../http/serve.ts'
import { endedSessionCookie } from '../http/session-cookie.ts'

export const deleteSessionRoute = serve(deleteSession, async (_, { request }) => {
  if (originOf(request) === 'other') return err(failure('forbidden', 'only a page of this origin may sign out'))
  return ok(new Response(null, { status: 204, headers: { 'Set-Cookie': endedSessionCookie(request) } }))
})
