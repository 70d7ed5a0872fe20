import { WorkspaceSettings } from '../../shared/config/workspace-config.ts'
import type { WorkspaceDocument } from '../../shared/contract/read-workspace.ts'

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
  return { id, name, version, settings: WorkspaceSettings.parse(JSON.parse(row.settings)) }
}
