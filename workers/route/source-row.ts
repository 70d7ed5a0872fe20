import { mintWriteKey } from '../../platform/hashing.ts'
import { appKeyOf } from '../../platform/server-keys.ts'
import { SOURCE_COLUMNS, type SourceRow, sourceConfigOf } from '../../platform/source-row.ts'
import { secretsOf } from '../../platform/source-secrets.ts'
import { type KeyRange, living } from '../../shared/config/source-keys.ts'
import { hintOf, type SecretSourceSettings } from '../../shared/config/source-settings.ts'
import type { SourceConfig } from '../../shared/config/workspace-config.ts'
import type { SourceDocument } from '../../shared/contract/source-document.ts'
import { type Failure, type FieldError, failure } from '../../shared/kernel/failure.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import type { Call } from '../http/serve.ts'

export const NO_SOURCE = failure('not_found', 'there is no such source')
export const CHANGED_MEANWHILE = failure('conflict', 'somebody else changed or deleted this source at the same moment')

/** A source's row in D1 itself, for those who manage it; everything else asks the config store. */
export function sourceRow({ env, workspace }: Call, id: string): Promise<SourceRow | null> {
  return env.DB.prepare(`SELECT ${SOURCE_COLUMNS} FROM sources WHERE workspace = ? AND id = ?`)
    .bind(workspace, id)
    .first<SourceRow>()
}

/** A source as its operators see it: of what is secret only that it is there, and how it ends. */
export function sourceDocument({ env, request }: Pick<Call, 'env' | 'request'>, row: SourceRow): SourceDocument {
  const source = sourceConfigOf(row)
  const { id, name, kind, enabled, provider, settings } = source
  return {
    id,
    name,
    kind,
    enabled,
    provider,
    writeKey: mintWriteKey(env.WRITE_KEY_SECRET, id, source.writeKeys.now),
    livingWriteKeys: count(source.writeKeys),
    ...(kind === 'server'
      ? { appKey: appKeyOf(env.WRITE_KEY_SECRET, id), livingSecretKeys: count(source.secretKeys) }
      : {}),
    ...(kind === 'webhook' ? { hookUrl: hookUrl(request, source) } : {}),
    settings: { ...settings, ...hints(secretsOf(env.IDENTITY_SECRET, source)) },
    version: row.version,
    createdAt: toIso(row.created_at),
  }
}

function count(range: KeyRange): number {
  return living(range).length
}

/** Settings that are well formed, and do not go with what is there. */
export function unfitting({ path, message }: FieldError): Failure {
  const field = `settings.${path}`
  return failure('unprocessable', `${field}: ${message}`, [{ path: field, message }])
}

/** Under the origin that the caller himself used: that is one where we can be reached. */
function hookUrl(request: Request, { id, provider }: SourceConfig): string {
  return `${new URL(request.url).origin}/hooks/${provider}/${id}`
}

function hints({ secrets, basicAuth, bearerToken, verifyToken }: SecretSourceSettings): SourceDocument['settings'] {
  return {
    ...(secrets ? { secrets: secrets.map(hintOf) } : {}),
    ...(basicAuth ? { basicAuth: { user: basicAuth.user } } : {}),
    ...(bearerToken === undefined ? {} : { bearerToken: hintOf(bearerToken) }),
    ...(verifyToken === undefined ? {} : { verifyToken: hintOf(verifyToken) }),
  }
}
