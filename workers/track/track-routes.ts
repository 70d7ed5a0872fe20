import { log } from '../../platform/log.ts'
import { followLink } from '../../shared/contract/follow-link.ts'
import { openLink } from '../../shared/contract/open-link.ts'
import { readUnsubscribeLink, unsubscribeLink } from '../../shared/contract/unsubscribe-link.ts'
import type { LinkKind } from '../../shared/tracking/link.ts'
import type { Route } from '../http/serve.ts'
import { page, point, redirect } from './answers.ts'
import { askPage, goneLinkPage, laterPage } from './pages.ts'
import { type GoodLink, readToken } from './read-token.ts'
import { recordVisit } from './record-visit.ts'
import { unsubscribe } from './unsubscribe.ts'

/**
 * What stands in messages: `/t/o` an image, `/t/c` a link, `/t/u` a way out. Anyone may call, and the token says whose it
 * is. Answers are for people and mail clients, so failures are pages and images, not problem documents.
 */
export const openLinkRoute = trackRoute(openLink, 'open', (request, env, good, { requestId, token, now }) => {
  if (good) recordVisit(request, env, token, good, now)
  return point(request, requestId)
})

export const followLinkRoute = trackRoute(followLink, 'click', (request, env, good, { requestId, token, now }) => {
  if (good?.link.url === undefined) return page(request, 404, goneLinkPage(), requestId)
  recordVisit(request, env, token, good, now)
  return redirect(request, good.link.url, requestId)
})

export const readUnsubscribeLinkRoute = trackRoute(
  readUnsubscribeLink,
  'unsubscribe',
  (request, _, good, { requestId }) =>
    good ? page(request, 200, askPage(good.link.channel), requestId) : page(request, 404, goneLinkPage(), requestId),
)

export const unsubscribeLinkRoute = trackRoute(unsubscribeLink, 'unsubscribe', (request, env, good, followed) =>
  good ? unsubscribe(request, env, good, followed) : page(request, 404, goneLinkPage(), followed.requestId),
)

export interface Followed {
  readonly requestId: string
  readonly token: string
  /** Epoch milliseconds. */
  readonly now: number
}

type Answering = (
  request: Request,
  env: Env,
  good: GoodLink | undefined,
  followed: Followed,
) => Response | Promise<Response>

function trackRoute(contract: Route['contract'], kind: LinkKind, answering: Answering): Route {
  return {
    contract,
    async answer(request, env, params) {
      const followed = { requestId: crypto.randomUUID(), token: params['token'] ?? '', now: Date.now() }
      try {
        const good = await readToken(env, followed.token, kind, followed.now)
        return await answering(request, env, good, followed)
      } catch (fault) {
        log.error(`${contract.name}: it failed`, { correlation_id: followed.requestId, fault })
        // A broken picture in a mail helps nobody.
        if (kind === 'open') return point(request, followed.requestId)
        return page(request, 503, laterPage(), followed.requestId)
      }
    },
  }
}
