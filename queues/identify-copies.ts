import type { WorkspaceConfig } from '../shared/config/workspace-config.ts'
import type { Event } from '../shared/event/event.ts'
import { identifierOf, identifiersOf } from '../shared/identity/identifier.ts'
import { isBlocked, usableIdentifiers } from '../shared/identity/identity-settings.ts'
import type { CopyWork } from './copy.ts'
import { reasonOf } from './faults.ts'

/** After the stages, which may rewrite them: the identifiers of each event by which the graph is asked whose it is. */
export function identifyCopies(copies: readonly CopyWork[]): void {
  for (const copy of copies) {
    // What we tell ourselves says whom it is about; resolve-copies.ts asks where they are.
    if (copy.item.profile !== undefined) continue
    try {
      identify(copy, copy.event as Event, copy.unit.config as WorkspaceConfig)
    } catch (fault) {
      copy.outcome = { kind: 'dead_letter', stage: 'normalize', reason: reasonOf(fault) }
    }
  }
}

function identify(copy: CopyWork, event: Event, { settings: { identity } }: WorkspaceConfig): void {
  copy.identifiers = usableIdentifiers(identifiersOf(event, identity.defaultCountry), identity)
  if (copy.identifiers.length === 0) copy.outcome = { kind: 'dropped', reason: 'no_usable_identifier' }
  if (event.type !== 'alias') return
  const user = identifierOf('user_id', event.previousId)
  const anonymous = identifierOf('anonymous_id', event.previousId)
  if (user && anonymous && !isBlocked(user, identity)) copy.previous = { user, anonymous }
}
