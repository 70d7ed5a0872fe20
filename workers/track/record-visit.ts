import { waitUntil } from 'cloudflare:workers'
import { contentHash } from '../../platform/hashing.ts'
import { log } from '../../platform/log.ts'
import { sendOwnEvent } from '../../platform/own-events.ts'
import { MINUTE } from '../../shared/kernel/instant.ts'
import { visitEvent } from '../../shared/tracking/link-event.ts'
import { judgeVisit } from '../../shared/tracking/visit.ts'
import type { GoodLink } from './read-token.ts'

/**
 * Tells of an opening or a click, behind the answer: whoever waits for an image or a page waits for no queue. A mail
 * client that loads an image twice in one minute opened it once; the person after the proxy is another visit.
 */
export function recordVisit(request: Request, env: Env, token: string, good: GoodLink, now: number): void {
  const { link, workspace } = good
  const kind = link.kind === 'open' ? 'open' : 'click'
  const header = (name: string) => request.headers.get(name)
  const judgement = judgeVisit({ kind, method: request.method, header, ageMs: now - link.issuedAt })
  const minute = Math.floor(now / MINUTE)
  const agent = request.headers.get('User-Agent')
  const sending = sendOwnEvent(env, {
    source: 'tracking',
    workspace,
    requestId: crypto.randomUUID(),
    receivedAt: now,
    leaf: link.profile,
    messageId: `${kind}-${contentHash(`${token}\n${judgement.verdict}\n${minute}`)}`,
    ...visitEvent(link, judgement),
    context: agent === null ? {} : { userAgent: agent.slice(0, 1_000) },
    origin: 'live',
  })
  waitUntil(
    sending.then((isDurable) => {
      if (!isDurable) log.error('track: a visit is lost, nothing durable took it', { workspace_id: workspace, kind })
    }),
  )
}
