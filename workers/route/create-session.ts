import { ConfigStore } from '../../platform/config-store.ts'
import { sessionToken } from '../../platform/session-token.ts'
import { createSession } from '../../shared/contract/create-session.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { holderOfToken } from '../http/authenticate-token.ts'
import { originOf } from '../http/same-origin.ts'
import { serve } from '../http/serve.ts'
import { sessionCookie } from '../http/session-cookie.ts'

export const createSessionRoute = serve(createSession, async ({ body }, { env, request, now }) => {
  // Another site could sign its visitors in to a workspace of its own, and have them type their secrets there.
  if (originOf(request) === 'other') return err(failure('forbidden', 'only a page of this origin may sign in'))
  const holder = await holderOfToken(body.token, new ConfigStore(env.DB), now)
  if (!holder.ok) return holder.failure.code === 'unauthorized' ? err(WRONG_TOKEN) : holder
  const session = await sessionToken(env.WRITE_KEY_SECRET, holder.value, now)
  return ok(new Response(null, { status: 204, headers: { 'Set-Cookie': sessionCookie(request, session) } }))
})

const WRONG_TOKEN = failure('unauthorized', 'this API token is wrong, has expired, or was revoked')
