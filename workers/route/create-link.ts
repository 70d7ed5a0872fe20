import { ConfigStore } from '../../platform/config-store.ts'
import { identityStub } from '../../platform/stubs.ts'
import { sealLink } from '../../platform/tracking-links.ts'
import { newestGeneration } from '../../shared/config/link-keys.ts'
import { createLink } from '../../shared/contract/create-link.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { DAY, parseInstant, SECOND, toIso } from '../../shared/kernel/instant.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import { LINK_LETTERS } from '../../shared/tracking/link.ts'
import { targetFault } from '../../shared/tracking/target.ts'
import { serve } from '../http/serve.ts'
import { locatedBy } from './find-profile.ts'

/** A link is a pure statement: nothing is stored, so making one is no admin write. */
export const createLinkRoute = serve(createLink, async ({ body }, call) => {
  const { env, workspace, now } = call
  const { kind, channel, campaign, delivery } = body
  const url = targetOf(body)
  if (!url.ok) return url
  const config = await new ConfigStore(env.DB).workspace(workspace)
  if (typeof config === 'string') return err(failure('unavailable', 'the configuration cannot be read at the moment'))
  const { tracking } = config.settings
  const expiresAt = parseInstant(body.expiresAt) ?? now + tracking.linkDays * DAY
  if (expiresAt <= now) return err(unfit('expiresAt', 'must lie in the future'))
  const located = await locatedBy(body.profile, env, workspace)
  const [place] = located ? await identityStub(env, workspace).places([located]) : []
  if (place?.kind === 'busy') return err(failure('unavailable', 'the profile is busy at the moment; please try again'))
  if (place?.kind !== 'placed') return err(failure('not_found', 'there is no such profile'))

  const link = { kind, profile: place.leaf, channel, campaign, delivery, issuedAt: now, expiresAt }
  const sealed = { ...link, ...(url.value === undefined ? {} : { url: url.value }) }
  const token = sealLink(env.IDENTITY_SECRET, workspace, newestGeneration(tracking), sealed)
  const origin = tracking.domain === undefined ? new URL(call.request.url).origin : `https://${tracking.domain}`
  // A token counts in seconds.
  const ends = Math.floor(expiresAt / SECOND) * SECOND
  return ok({ url: `${origin}/t/${LINK_LETTERS[kind]}/${token}`, expiresAt: toIso(ends) })
})

function targetOf({ kind, url }: { kind: string; url?: string | undefined }): Result<string | undefined, Failure> {
  if (url === undefined) return kind === 'click' ? err(unfit('url', 'is required of a click')) : ok(undefined)
  const fault = targetFault(url)
  if (fault !== undefined) return err(unfit('url', fault))
  const asAscii = asciiOf(url)
  if (asAscii === undefined) return err(unfit('url', 'must be an http or https address'))
  return ok(kind === 'click' ? asAscii : undefined)
}

/** As given where a header can carry it, else as a browser would write it; undefined for what no browser can read. */
function asciiOf(url: string): string | undefined {
  const parsed = URL.parse(url)
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username !== '' || parsed.password !== '')
    return undefined
  return /^[\x21-\x7e]*$/.test(url) ? url : parsed.href
}

function unfit(path: string, message: string): Failure {
  return failure('unprocessable', `${path} ${message}`, [{ path, message }])
}
