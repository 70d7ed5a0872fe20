import { applyOwnEvent } from '../../platform/apply-own-event.ts'
import { ConfigStore } from '../../platform/config-store.ts'
import { identityStub, profileStub } from '../../platform/stubs.ts'
import { bareName } from '../../shared/consent/consent.ts'
import { readForm } from '../../shared/provider/form.ts'
import { ONE_CLICK_STATUS, readOneClick } from '../../shared/provider/one-click.ts'
import { UNSUBSCRIBE_SOURCE, unsubscribeEvent } from '../../shared/tracking/link-event.ts'
import { readBytes } from '../http/read-body.ts'
import { page } from './answers.ts'
import { askPage, CONFIRM_FIELD, donePage, laterPage } from './pages.ts'
import type { GoodLink } from './read-token.ts'
import type { Followed } from './track-routes.ts'

/** A form with one field, with room for what a mail provider adds. */
const MOST_BYTES = 16 * 1024

/**
 * Takes somebody off a channel: at once, so that the next message asks in vain, and only when the body says so (RFC 8058):
 * a POST alone is something that scanners do as well.
 */
export async function unsubscribe(request: Request, env: Env, good: GoodLink, followed: Followed): Promise<Response> {
  const { channel } = good.link
  const body = await readBytes(request, MOST_BYTES)
  if (!body.ok) return page(request, 413, askPage(channel), followed.requestId)
  const method = methodOf(request.headers.get('Content-Type') ?? '', new TextDecoder().decode(body.value))
  if (method === undefined) return page(request, ONE_CLICK_STATUS.nothing, askPage(channel), followed.requestId)
  const isDone = (await isUnsubscribed(env, good)) || (await withdraw(env, good, method, followed))
  return isDone
    ? page(request, ONE_CLICK_STATUS.unsubscribe, donePage(channel), followed.requestId)
    : page(request, 503, laterPage(), followed.requestId)
}

function methodOf(contentType: string, body: string): 'one_click' | 'page' | undefined {
  // A sender that forgot to say what it sends, and sends this and nothing else, means it.
  const isBare = /^(?:text\/plain|$)/i.test(contentType) && body.trim() === 'List-Unsubscribe=One-Click'
  if (isBare || readOneClick('POST', contentType, body) === 'unsubscribe') return 'one_click'
  if (!contentType.toLowerCase().startsWith('application/x-www-form-urlencoded')) return undefined
  const fields = readForm(body) ?? []
  return fields.some(([name, value]) => name === CONFIRM_FIELD && value === 'yes') ? 'page' : undefined
}

/** A mail provider that heard no answer asks again: what such a link did already is not done, and not told, twice. */
async function isUnsubscribed(env: Env, { workspace, link }: GoodLink): Promise<boolean> {
  const [place] = await identityStub(env, workspace).places([{ kind: 'id', id: link.profile }])
  if (place?.kind !== 'placed') return false
  const read = await profileStub(env, workspace, place.profile).consents()
  if (read.kind !== 'found') return false
  const said = read.value[bareName(link.channel)]
  return said?.status === 'withdrawn' && said.source === UNSUBSCRIBE_SOURCE
}

async function withdraw(
  env: Env,
  { workspace, link, config: known }: GoodLink,
  method: 'one_click' | 'page',
  { requestId, now }: Followed,
): Promise<boolean> {
  const config = known ?? (await new ConfigStore(env.DB).workspace(workspace))
  if (typeof config === 'string') return false
  const told = await applyOwnEvent(
    env,
    {
      source: 'tracking',
      workspace,
      requestId,
      receivedAt: now,
      leaf: link.profile,
      messageId: `unsubscribe-${requestId}`,
      ...unsubscribeEvent(link, method),
      origin: 'own',
    },
    config,
  )
  // Nobody is left to be written to: that is what was asked for.
  return told !== 'unavailable'
}
