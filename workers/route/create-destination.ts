import { DESTINATION_COLUMNS, type DestinationRow } from '../../platform/destination-row.ts'
import { keptSettings } from '../../platform/destination-settings.ts'
import { newDestinationId } from '../../platform/new-workspace.ts'
import { createDestination } from '../../shared/contract/create-destination.ts'
import type { DestinationType } from '../../shared/destination/destination-type.ts'
import { destinationType } from '../../shared/destination/index.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { checkRules, checkSettings } from './check-destination.ts'
import { withoutSecretSettings } from './destination-audit.ts'
import { destinationDocument } from './destination-documents.ts'

/** Every event asks every destination. */
const MOST_DESTINATIONS = 100

export const createDestinationRoute = serve(createDestination, async ({ body }, call) => {
  const { env, workspace, now } = call
  // The contract names the types of the very same list.
  const type = destinationType(body.type) as DestinationType
  const settings = checkSettings(call, type, body.settings)
  if (!settings.ok) return settings
  const rules = await checkRules(call, body)
  if (!rules.ok) return rules
  const id = newDestinationId()
  const kept = keptSettings(env.IDENTITY_SECRET, { id, workspace }, type, settings.value)
  const [inserted] = await env.DB.batch<DestinationRow>([
    env.DB.prepare(
      `INSERT INTO destinations (id, workspace, type, name, enabled, rules, settings, sealed, created_at)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE (SELECT count(*) FROM destinations WHERE workspace = ?2) < ?10
       RETURNING ${DESTINATION_COLUMNS}`,
    ).bind(
      id,
      workspace,
      body.type,
      body.name,
      Number(body.enabled),
      JSON.stringify(rules.value),
      kept.open,
      kept.sealed,
      now,
      MOST_DESTINATIONS,
    ),
    auditIfChanged(call, 'createDestination', { id, ...withoutSecretSettings(type, body) }),
  ])
  const row = inserted?.results[0]
  if (!row)
    return err(failure('conflict', `a workspace has at most ${MOST_DESTINATIONS} destinations: delete one first`))
  return ok(destinationDocument(call, row))
})
