import { ConfigStore } from '../../platform/config-store.ts'
import { DESTINATION_COLUMNS, type DestinationRow, destinationConfigOf } from '../../platform/destination-row.ts'
import { keptSettings, settingsOf } from '../../platform/destination-settings.ts'
import { updateDestination } from '../../shared/contract/update-destination.ts'
import type { DestinationType } from '../../shared/destination/destination-type.ts'
import { destinationType } from '../../shared/destination/index.ts'
import { failure } from '../../shared/kernel/failure.ts'
import type { JsonValue } from '../../shared/kernel/json.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { changedSettings, checkRules, checkSettings } from './check-destination.ts'
import { withoutSecretSettings } from './destination-audit.ts'
import { destinationDocument, destinationRow, NO_DESTINATION, wakeLanes } from './destination-documents.ts'

/** Sealed settings are changed by opening them, so two changes at once could undo one another: the version tells. */
export const updateDestinationRoute = serve(updateDestination, async ({ params, body }, call) => {
  const { env, workspace } = call
  const row = await destinationRow(call, params.destinationId)
  if (!row) return err(NO_DESTINATION)
  if (body.type !== undefined && body.type !== row.type) return err(ANOTHER_TYPE)
  const before = destinationConfigOf(row)
  const type = destinationType(row.type) as DestinationType
  const changed = changedSettings(type, settingsOf(env.IDENTITY_SECRET, before), body.settings ?? {})
  if (!changed.ok) return changed
  const settings = checkSettings(call, type, changed.value)
  if (!settings.ok) return settings
  const rules = await checkRules(call, {
    filter: body.filter === undefined ? (before.rules.filter as { readonly condition?: JsonValue }) : body.filter,
    mapping: body.mapping === undefined ? before.rules.mapping : body.mapping,
    consent: body.consent === undefined ? before.rules.consent : body.consent,
    rateLimitPerSecond:
      body.rateLimitPerSecond === undefined ? before.rules.rateLimitPerSecond : body.rateLimitPerSecond,
  })
  if (!rules.ok) return rules
  const kept = keptSettings(env.IDENTITY_SECRET, before, type, settings.value)
  const { id: _, version: __, createdAt: ___, ...named } = body
  const [updated] = await env.DB.batch<DestinationRow>([
    env.DB.prepare(
      `UPDATE destinations SET name = ?, enabled = ?, rules = ?, settings = ?, sealed = ?, version = version + 1
       WHERE workspace = ? AND id = ? AND version = ? RETURNING ${DESTINATION_COLUMNS}`,
    ).bind(
      body.name ?? row.name,
      Number(body.enabled ?? before.enabled),
      JSON.stringify(rules.value),
      kept.open,
      kept.sealed,
      workspace,
      row.id,
      row.version,
    ),
    auditIfChanged(call, 'updateDestination', { ...withoutSecretSettings(type, named), id: row.id }),
  ])
  const after = updated?.results[0]
  if (!after) return err(CHANGED_MEANWHILE)
  // Here it is in force at once; other isolates see it within seconds.
  await new ConfigStore(env.DB).destinations(workspace, (all) =>
    all.some(({ id, version }) => id === after.id && version >= after.version),
  )
  await wakeLanes(call, after.id, after.version)
  return ok(destinationDocument(call, after))
})

const CHANGED_MEANWHILE = failure('conflict', 'somebody else changed or deleted this destination at the same moment')
const ANOTHER_TYPE = failure('unprocessable', 'the type of a destination stays: make another destination', [
  { path: 'type', message: 'stays as it is' },
])
