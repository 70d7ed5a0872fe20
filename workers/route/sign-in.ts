import { memberSignedIn } from '../../platform/member-sign-in.ts'
import { sessionToken } from '../../platform/session-token.ts'
import { useSignInLink } from '../../platform/sign-in-links.ts'
import { grantOf, isMemberId } from '../../platform/token-grant.ts'
import { signIn } from '../../shared/contract/sign-in.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { type Route, serve } from '../http/serve.ts'
import { sessionCookie } from '../http/session-cookie.ts'

const served = serve(signIn, async ({ query }, { env, request, now }) => {
  const used = await useSignInLink(env, query.once ?? '', now)
  // A link does not outlive the token in whose name it was made.
  if (!used || !(await grantOf(env, used.workspace, used.tokenId, now))) return err(USED)
  if (isMemberId(used.tokenId)) await memberSignedIn(env, used.workspace, used.tokenId, now)
  const session = await sessionToken(env.WRITE_KEY_SECRET, used, now)
  return ok(new Response(null, { headers: { Location: '/', 'Set-Cookie': sessionCookie(request, session) } }))
})

const USED = failure('unauthorized', 'this link was used already, or has ended')

/** Somebody with a browser is told by a page: of the portal, which reads in its address why it is shown. */
export const signInRoute: Route = {
  contract: signIn,
  async answer(request, env, params) {
    if (!new URL(request.url).searchParams.get('once')) return signInPage(request, env, 200)
    const answer = await served.answer(request, env, params)
    return answer.status === 401 ? signInPage(request, env, 401) : answer
  },
}

async function signInPage(request: Request, env: Env, status: number): Promise<Response> {
  const page = await env.ASSETS.fetch(new URL('/', request.url))
  if (page.status !== 200) return page
  return new Response(page.body, { status, headers: page.headers })
}
