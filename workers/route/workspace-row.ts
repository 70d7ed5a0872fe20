import { WorkspaceSettings } from '../../shared/config/workspace-config.ts'
import type { WorkspaceDocument } from '../../shared/contract/read-workspace.ts'
import { typesInForce } from '../../shared/identity/identity-settings.ts'

/** A workspace's row in D1, for the operations that read and change it; everything else asks the config store. */
export interface WorkspaceRow {
  readonly id: string
  readonly name: string
  readonly config_version: number
  readonly settings: string
}

export const WORKSPACE_COLUMNS = 'id, name, config_version, settings'

export function workspaceDocument(row: WorkspaceRow): WorkspaceDocument {
  const { id, name, config_version: version } = row
  const settings = WorkspaceSettings.parse(JSON.parse(row.settings))
  return { id, name, version, settings, identifierTypes: typesInForce(settings.identity) }
}
