import { DESTINATION_COLUMNS, type DestinationRow, destinationConfigOf } from '../../platform/destination-row.ts'
import { secretSettingsOf } from '../../platform/destination-settings.ts'
import { LANES, laneStub } from '../../platform/stubs.ts'
import { hintOf } from '../../shared/config/source-settings.ts'
import type { DestinationDocument } from '../../shared/contract/destination-document.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import type { Call } from '../http/serve.ts'

export const NO_DESTINATION = failure('not_found', 'there is no such destination')

/** A destination's row in D1 itself, for those who manage it; everything else asks the config store. */
export function destinationRow({ env, workspace }: Call, id: string): Promise<DestinationRow | null> {
  return env.DB.prepare(`SELECT ${DESTINATION_COLUMNS} FROM destinations WHERE workspace = ? AND id = ?`)
    .bind(workspace, id)
    .first<DestinationRow>()
}

/** A destination as its operators see it: of what is secret only that it is there, and how it ends. */
export function destinationDocument({ env }: Pick<Call, 'env'>, row: DestinationRow): DestinationDocument {
  const destination = destinationConfigOf(row)
  const { id, type, name, enabled, settings, version, rules } = destination
  const { filter, mapping, consent, rateLimitPerSecond } = rules
  const secrets = Object.entries(secretSettingsOf(env.IDENTITY_SECRET, destination))
  const hints = Object.fromEntries(secrets.map(([setting, value]) => [setting, hintOf(String(value))]))
  return {
    id,
    type,
    name,
    enabled,
    settings: { ...settings, ...hints } as DestinationDocument['settings'],
    filter: filter as DestinationDocument['filter'],
    mapping,
    consent,
    rateLimitPerSecond,
    version,
    createdAt: toIso(row.created_at),
  }
}

/** Has the lanes look at the destination as it is now, and try what waits. */
export async function wakeLanes({ env, workspace }: Call, id: string, version: number): Promise<void> {
  await Promise.all(Array.from({ length: LANES }, (_, lane) => laneStub(env, workspace, id, lane).wake(version)))
}
