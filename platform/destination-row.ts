import { type DestinationConfig, DestinationRules } from '../shared/destination/destination-config.ts'
import { log } from './log.ts'

/** A destination as D1 keeps it. */
export interface DestinationRow {
  readonly id: string
  readonly workspace: string
  readonly type: string
  readonly name: string
  readonly enabled: number
  readonly rules: string
  readonly settings: string
  readonly sealed: string | null
  readonly version: number
  readonly created_at: number
}

export const DESTINATION_COLUMNS = 'id, workspace, type, name, enabled, rules, settings, sealed, version, created_at'

export function destinationConfigOf(row: DestinationRow): DestinationConfig {
  const { id, workspace, type, name, sealed, version } = row
  return {
    id,
    workspace,
    type,
    name,
    enabled: row.enabled === 1,
    version,
    rules: DestinationRules.parse(JSON.parse(row.rules)),
    // Written from parsed settings, so it is an object.
    settings: JSON.parse(row.settings) as Record<string, unknown>,
    sealed,
  }
}

/** A destination that this code cannot read is left out and reported: one bad row must not stop the others. */
export function readableDestination(row: DestinationRow): readonly DestinationConfig[] {
  try {
    return [destinationConfigOf(row)]
  } catch (fault) {
    log.error('config: a destination is not readable', { workspace_id: row.workspace, id: row.id, fault })
    return []
  }
}
