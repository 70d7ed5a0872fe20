import { z } from 'zod'
import type { FieldError } from '../kernel/failure.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import {
  hintOf,
  OpenSourceSettings,
  OPEN_SETTINGS as open,
  Secret,
  SecretHint,
  SecretSourceSettings,
  SECRET_SETTINGS as secret,
} from './source-settings.ts'

/**
 * A change of settings: what is named is replaced, `null` takes it away, what is not named stays. Secrets cannot be read,
 * so one that is to stay may be named as it is shown, by its hint: settings that were read can be sent back, and a list
 * of secrets can be added to by somebody who does not know the old ones.
 */
const KeptSecret = z.union([Secret, SecretHint], 'must be a secret, or one that is there, as { "last4" }')

export const SourceSettingsPatch = z
  .strictObject({
    publicUrl: open.publicUrl.nullable(),
    topicArns: open.topicArns.nullable(),
    organizationIds: open.organizationIds.nullable(),
    legacySignatures: open.legacySignatures.nullable(),
    maxAgeSeconds: open.maxAgeSeconds.nullable(),
    allowedIps: open.allowedIps.nullable(),
    rateLimitPerMinute: open.rateLimitPerMinute.nullable(),
    whenDisabled: open.whenDisabled.nullable(),
    secrets: z.array(KeptSecret).max(10).nullable(),
    basicAuth: secret.basicAuth.partial({ password: true }).nullable(),
    bearerToken: KeptSecret.nullable(),
    verifyToken: KeptSecret.nullable(),
  })
  .partial()
  .meta({ id: 'SourceSettingsPatch' })
export type SourceSettingsPatch = z.infer<typeof SourceSettingsPatch>

/** Settings as they are kept: the open and the secret ones apart. */
export interface KeptSettings {
  readonly open: OpenSourceSettings
  readonly secret: SecretSourceSettings
}

export const NO_SETTINGS: KeptSettings = { open: {}, secret: {} }

/** Settings after a change, or which hint fits no secret that is there. */
export function changedSettings(before: KeptSettings, patch: SourceSettingsPatch): Result<KeptSettings, FieldError> {
  const change = resolved(before.secret, patch)
  if (!change.ok) return change
  const after: Record<string, unknown> = { ...before.open, ...before.secret }
  for (const [name, value] of Object.entries(change.value)) {
    if (value === null) delete after[name]
    else if (value !== undefined) after[name] = value
  }
  // Both schemas leave out what is the other's.
  return ok({ open: OpenSourceSettings.parse(after), secret: SecretSourceSettings.parse(after) })
}

/** The change with every hint replaced by the secret it stands for. */
function resolved(kept: SecretSourceSettings, patch: SourceSettingsPatch): Result<Record<string, unknown>, FieldError> {
  const change: Record<string, unknown> = { ...patch }
  for (const name of ['bearerToken', 'verifyToken'] as const) {
    const wanted = patch[name]
    if (typeof wanted !== 'object' || wanted === null) continue
    const known = kept[name]
    if (known === undefined || hintOf(known).last4 !== wanted.last4) return err(noSuch(name))
    change[name] = known
  }
  if (patch.basicAuth && patch.basicAuth.password === undefined) {
    if (!kept.basicAuth) return err({ path: 'basicAuth.password', message: 'is required: there is none yet' })
    change['basicAuth'] = { ...kept.basicAuth, ...patch.basicAuth }
  }
  const left = [...(kept.secrets ?? [])]
  const secrets: string[] = []
  for (const [i, wanted] of (patch.secrets ?? []).entries()) {
    // Of several that look alike each is taken once, in their order.
    const at = typeof wanted === 'string' ? -1 : left.findIndex((known) => hintOf(known).last4 === wanted.last4)
    if (typeof wanted !== 'string' && at === -1) return err(noSuch(`secrets.${i}`))
    secrets.push(typeof wanted === 'string' ? wanted : (left.splice(at, 1)[0] as string))
  }
  if (patch.secrets) change['secrets'] = secrets
  return ok(change)
}

function noSuch(path: string): FieldError {
  return { path, message: 'there is no such secret to keep' }
}
