import { applyOwnEvent } from '../../platform/apply-own-event.ts'
import { ConfigStore } from '../../platform/config-store.ts'
import { contentHash } from '../../platform/hashing.ts'
import { identityStub } from '../../platform/stubs.ts'
import { consentName } from '../../shared/consent/consent.ts'
import type { ConsentInput } from '../../shared/consent/document.ts'
import { CONSENT_UPDATED } from '../../shared/consent/read-consents.ts'
import { setConsents } from '../../shared/contract/set-consents.ts'
import { canonicalJson } from '../../shared/kernel/canonical-json.ts'
import { type FieldError, failure } from '../../shared/kernel/failure.ts'
import { ulid } from '../../shared/kernel/id.ts'
import { MINUTE, parseInstant, toIso } from '../../shared/kernel/instant.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { type Call, serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'
import { locatedBy, readFrom } from './find-profile.ts'

const NOBODY = failure('not_found', 'there is no such profile')
const BUSY = failure('unavailable', 'the profile is busy at the moment; please try again')

export const setConsentsRoute = serve(setConsents, async ({ params, body }, call) => {
  const { env, workspace, now, requestId } = call
  const { consents, errors } = written(body, now)
  if (errors.length > 0) return err(failure('unprocessable', 'the ledger cannot take this', errors))
  const located = await locatedBy(params.ref, env, workspace)
  const [place] = located ? await identityStub(env, workspace).places([located]) : []
  if (place?.kind === 'busy') return err(BUSY)
  if (place?.kind !== 'placed') return err(NOBODY)
  const config = await new ConfigStore(env.DB).workspace(workspace)
  if (typeof config === 'string') return err(failure('unavailable', 'the configuration cannot be read at the moment'))

  const { leaf, profile } = place
  const messageId = messageIdOf(call, body, `${workspace}\n${leaf}`)
  const event = { name: CONSENT_UPDATED, properties: { consents }, messageId }
  const outcome = await applyOwnEvent(
    env,
    { source: 'api', workspace, requestId, receivedAt: now, leaf, origin: 'own', ...event },
    config,
  )
  if (outcome === 'unavailable') return err(BUSY)
  if (outcome === 'nobody') return err(NOBODY)
  // A proof may be about the person; it is in the ledger, which an erasure reaches, and the audit log is never changed.
  const statuses = Object.fromEntries(Object.entries(consents).map(([name, { status }]) => [name, status]))
  await auditStatement(call, 'setConsents', { profile, consents: statuses }).run()
  const found = await readFrom(params.ref, call, (stub) => stub.consents())
  return found.ok ? ok(found.value.value) : found
})

/** As it stands in the event: names and times in one form, nothing left to be filled in by whoever reads it later. */
function written(body: Readonly<Record<string, ConsentInput>>, now: number) {
  const consents: Record<string, JsonObject> = {}
  const errors: FieldError[] = []
  for (const [given, { status, source = 'api', proof, at: said, expiresAt: ends }] of Object.entries(body)) {
    const name = consentName(given)
    const at = said === undefined ? now : (parseInstant(said) as number)
    const expiresAt = parseInstant(ends)
    if (name === undefined || Object.hasOwn(consents, name)) {
      errors.push({ path: given, message: name === undefined ? 'is no name' : 'stands here twice' })
      continue
    }
    if (at > now + 5 * MINUTE) errors.push({ path: `${given}.at`, message: 'must not lie in the future' })
    if (at < OLDEST) errors.push({ path: `${given}.at`, message: 'must not lie before 2000' })
    if (expiresAt !== undefined && expiresAt <= at)
      errors.push({ path: `${given}.expiresAt`, message: 'must be later than `at`' })
    consents[name] = {
      status,
      source,
      at: toIso(at),
      ...(proof === undefined ? {} : { proof }),
      ...(expiresAt === undefined ? {} : { expiresAt: toIso(expiresAt) }),
    }
  }
  return { consents, errors }
}

const OLDEST = Date.UTC(2000, 0, 1)

/** The same for a call that is repeated: by the caller's own key, or by a body that says when everything was said. */
function messageIdOf({ request, now }: Call, body: Readonly<Record<string, ConsentInput>>, place: string): string {
  const key = request.headers.get('Idempotency-Key')
  if (key !== null) return `consent-${contentHash(`${place}\n${key}`)}`
  const isDated = Object.values(body).every(({ at }) => at !== undefined)
  if (isDated) return `consent-${contentHash(`${place}\n${canonicalJson(body as unknown as JsonObject)}`)}`
  return `consent-${ulid(now, crypto.getRandomValues(new Uint8Array(10)))}`
}
