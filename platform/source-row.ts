import { OpenSourceSettings, type SourceKind } from '../shared/config/source-settings.ts'
import type { SourceConfig } from '../shared/config/workspace-config.ts'

/** A source as D1 keeps it. */
export interface SourceRow {
  readonly id: string
  readonly workspace: string
  readonly name: string
  readonly kind: SourceKind
  readonly enabled: number
  readonly provider: string | null
  readonly settings: string
  readonly sealed: string | null
  readonly write_key_from: number
  readonly write_key_now: number
  readonly secret_key_from: number
  readonly secret_key_now: number
  readonly version: number
  readonly created_at: number
}

export const SOURCE_COLUMNS =
  'id, workspace, name, kind, enabled, provider, settings, sealed, write_key_from, write_key_now, ' +
  'secret_key_from, secret_key_now, version, created_at'

export function sourceConfigOf(row: SourceRow): SourceConfig {
  const { id, workspace, name, kind, provider, sealed } = row
  return {
    id,
    workspace,
    name,
    kind,
    enabled: row.enabled === 1,
    provider,
    settings: OpenSourceSettings.parse(JSON.parse(row.settings)),
    sealed,
    writeKeys: { from: row.write_key_from, now: row.write_key_now },
    secretKeys: { from: row.secret_key_from, now: row.secret_key_now },
  }
}
