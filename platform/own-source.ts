import { FIRST_KEYS } from '../shared/config/source-keys.ts'
import type { SourceConfig } from '../shared/config/workspace-config.ts'
import { WORKSPACE_ID } from '../shared/kernel/id.ts'

/**
 * The sources of what Tributary itself tells: consents set through the API, tracking links that were followed,
 * what batch plugins say of people, and rows of models. They
 * have no row and no key (no write key can name them: an `@` stands in none), so nobody can send under their name.
 */
export const OWN_SOURCES = ['api', 'tracking', 'plugins', 'models'] as const
export type OwnSource = (typeof OWN_SOURCES)[number]

export function ownSourceId(name: OwnSource, workspace: string): string {
  return `${name}@${workspace}`
}

/** The source that such an id names; undefined for the id of any other. */
export function ownSource(id: string): SourceConfig | undefined {
  const at = id.indexOf('@')
  if (at === -1) return undefined
  const [name, workspace] = [id.slice(0, at), id.slice(at + 1)]
  if (!(OWN_SOURCES as readonly string[]).includes(name) || !WORKSPACE_ID.test(workspace)) return undefined
  return {
    id,
    workspace,
    name,
    kind: 'server',
    enabled: true,
    provider: null,
    settings: {},
    sealed: null,
    writeKeys: FIRST_KEYS,
    secretKeys: FIRST_KEYS,
  }
}
