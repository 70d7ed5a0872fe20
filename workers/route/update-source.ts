import type { z } from 'zod'
import { SOURCE_COLUMNS, type SourceRow, sourceConfigOf } from '../../platform/source-row.ts'
import { sealedSecrets, secretsOf } from '../../platform/source-secrets.ts'
import { changedSettings } from '../../shared/config/source-settings-patch.ts'
import { updateSource } from '../../shared/contract/update-source.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { withoutSecrets } from './source-audit.ts'
import { unknownProvider } from './source-provider.ts'
import { CHANGED_MEANWHILE, NO_SOURCE, sourceDocument, sourceRow, unfitting } from './source-row.ts'

type UpdateSourceBody = z.output<typeof updateSource.body>

/** Sealed settings are changed by opening them, so two changes at once could undo one another: the version tells. */
export const updateSourceRoute = serve(updateSource, async ({ params, body }, call) => {
  const { env, workspace } = call
  const row = await sourceRow(call, params.sourceId)
  if (!row) return err(NO_SOURCE)
  if (body.provider != null && row.kind !== 'webhook') return err(NOT_A_WEBHOOK)
  const unknown = unknownProvider(body.provider)
  if (unknown) return err(unknown)
  if (body.kind !== undefined && body.kind !== row.kind) return err(ANOTHER_KIND)
  const before = sourceConfigOf(row)
  const kept = { open: before.settings, secret: secretsOf(env.IDENTITY_SECRET, before) }
  const settings = changedSettings(kept, body.settings ?? {})
  if (!settings.ok) return err(unfitting(settings.failure))
  const { open, secret } = settings.value
  const [updated] = await env.DB.batch<SourceRow>([
    env.DB.prepare(
      `UPDATE sources SET name = ?, enabled = ?, provider = ?, settings = ?, sealed = ?, version = version + 1
       WHERE workspace = ? AND id = ? AND version = ? RETURNING ${SOURCE_COLUMNS}`,
    ).bind(
      body.name ?? row.name,
      Number(body.enabled ?? before.enabled),
      body.provider ?? row.provider,
      JSON.stringify(open),
      sealedSecrets(env.IDENTITY_SECRET, before, secret),
      workspace,
      row.id,
      row.version,
    ),
    auditIfChanged(call, 'updateSource', { ...(withoutSecrets(named(body)) as object), id: row.id }),
  ])
  const changed = updated?.results[0]
  return changed ? ok(sourceDocument(call, changed)) : err(CHANGED_MEANWHILE)
})

/** Of a whole document that was sent back only what could have changed. */
function named({ name, enabled, provider, settings }: UpdateSourceBody) {
  return { name, enabled, provider, settings }
}

const ANOTHER_KIND = failure('unprocessable', 'the kind of a source stays: make another source', [
  { path: 'kind', message: 'stays as it is' },
])
const NOT_A_WEBHOOK = failure('unprocessable', 'provider is only for a source of kind webhook', [
  { path: 'provider', message: 'is only for a source of kind webhook' },
])
