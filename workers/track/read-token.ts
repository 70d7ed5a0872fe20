import { ConfigStore } from '../../platform/config-store.ts'
import { openLink } from '../../platform/tracking-links.ts'
import { isAccepted } from '../../shared/config/link-keys.ts'
import type { WorkspaceConfig } from '../../shared/config/workspace-config.ts'
import type { Link, LinkKind } from '../../shared/tracking/link.ts'

/** A link that holds, and whose it is. */
export interface GoodLink {
  readonly link: Link
  readonly workspace: string
  /** Undefined while it cannot be read: the seal is ours, so the link is followed all the same. */
  readonly config: WorkspaceConfig | undefined
}

/** Undefined for a token that is not ours, of another kind, expired, or sealed by a key that is no longer accepted. */
export async function readToken(env: Env, token: string, kind: LinkKind, now: number): Promise<GoodLink | undefined> {
  const opened = openLink(env.IDENTITY_SECRET, token)
  if (!opened || opened.link.kind !== kind || opened.link.expiresAt <= now) return undefined
  const { link, workspace, generation } = opened
  const config = await new ConfigStore(env.DB).workspace(workspace)
  if (config === 'unknown') return undefined
  if (config === 'unreadable') return { link, workspace, config: undefined }
  return isAccepted(config.settings.tracking, generation, now) ? { link, workspace, config } : undefined
}
