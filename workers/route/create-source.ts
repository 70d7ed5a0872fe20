import { newSourceId } from '../../platform/new-workspace.ts'
import { secretKeyOf } from '../../platform/server-keys.ts'
import { SOURCE_COLUMNS, type SourceRow } from '../../platform/source-row.ts'
import { sealedSecrets } from '../../platform/source-secrets.ts'
import { FIRST_KEYS } from '../../shared/config/source-keys.ts'
import { changedSettings, NO_SETTINGS } from '../../shared/config/source-settings-patch.ts'
import { createSource } from '../../shared/contract/create-source.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { withoutSecrets } from './source-audit.ts'
import { unknownProvider } from './source-provider.ts'
import { sourceDocument, unfitting } from './source-row.ts'

const MOST_SOURCES = 1_000

export const createSourceRoute = serve(createSource, async ({ body }, call) => {
  const { env, workspace, now } = call
  const unknown = unknownProvider(body.provider)
  if (unknown) return err(unknown)
  const id = newSourceId()
  const settings = changedSettings(NO_SETTINGS, body.settings)
  if (!settings.ok) return err(unfitting(settings.failure))
  const { open, secret } = settings.value
  const sealed = sealedSecrets(env.IDENTITY_SECRET, { id, workspace }, secret)
  const [inserted] = await env.DB.batch<SourceRow>([
    env.DB.prepare(
      `INSERT INTO sources (id, workspace, name, kind, enabled, provider, settings, sealed, created_at)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE (SELECT count(*) FROM sources WHERE workspace = ?2) < ?10
       RETURNING ${SOURCE_COLUMNS}`,
    ).bind(
      id,
      workspace,
      body.name,
      body.kind,
      Number(body.enabled),
      body.provider ?? null,
      JSON.stringify(open),
      sealed,
      now,
      MOST_SOURCES,
    ),
    auditIfChanged(call, 'createSource', { id, ...(withoutSecrets(body) as object) }),
  ])
  const row = inserted?.results[0]
  if (!row) return err(failure('conflict', `a workspace has at most ${MOST_SOURCES} sources: delete one first`))
  const document = sourceDocument(call, row)
  if (row.kind !== 'server') return ok(document)
  return ok({ ...document, secretKey: secretKeyOf(env.WRITE_KEY_SECRET, id, FIRST_KEYS.now) })
})
