import type { ConfigStore } from '../platform/config-store.ts'
import type { WorkspaceConfig } from '../shared/config/workspace-config.ts'
import { withConsentTraits } from '../shared/consent/consent-traits.ts'
import type { Event } from '../shared/event/event.ts'
import { normalize } from '../shared/event/normalize.ts'
import type { Outcome } from '../shared/event/outcome.ts'
import { validateItem } from '../shared/event/validate-item.ts'
import { identifierOf, identifiersOf } from '../shared/identity/identifier.ts'
import { isBlocked, usableIdentifiers } from '../shared/identity/identity-settings.ts'
import { asDict } from '../shared/kernel/json.ts'
import { ok } from '../shared/kernel/result.ts'
import { isListMark } from '../shared/segment/list-mark.ts'
import { type CopyWork, type Unit, undecided } from './copy.ts'
import { reasonOf } from './faults.ts'

/**
 * Step 1: from items as sent to events, with what the workspace's settings say about them. The edge accepts a
 * well-formed key even while it cannot read the configuration, so whether the source may send is decided here.
 */
export async function normalizeCopies(units: readonly Unit[], configs: ConfigStore): Promise<void> {
  for (const unit of units) {
    const config = await configure(unit, configs)
    if (!config) continue
    for (const copy of undecided(unit.copies)) {
      try {
        normalizeCopy(copy, config)
      } catch (fault) {
        // A pure function threw: it will throw again. The copy is kept where it can be seen and replayed.
        copy.outcome = { kind: 'dead_letter', stage: 'normalize', reason: reasonOf(fault) }
      }
    }
  }
}

async function configure(unit: Unit, configs: ConfigStore): Promise<WorkspaceConfig | undefined> {
  const source = await configs.source(unit.ingest.source)
  if (source === 'unreadable') return wait(unit, 'the source cannot be read')
  if (source === 'unknown') return decideAll(unit, { kind: 'dropped', reason: 'source_disabled' })
  unit.source = source
  const config = await configs.workspace(source.workspace)
  if (config === 'unreadable' || config === 'unknown') return wait(unit, 'the workspace cannot be read')
  unit.config = config
  if (!source.enabled) return decideAll(unit, { kind: 'dropped', reason: 'source_disabled' })
  return config
}

function wait(unit: Unit, reason: string): undefined {
  for (const copy of unit.copies) copy.waiting = reason
}

function decideAll(unit: Unit, outcome: Outcome): undefined {
  for (const copy of unit.copies) copy.outcome = copy.item.reject ? rejected(copy) : outcome
}

function rejected(copy: CopyWork): Outcome {
  return { kind: 'rejected', reason: copy.item.reject?.code ?? 'not_an_object' }
}

function normalizeCopy(copy: CopyWork, config: WorkspaceConfig): void {
  const { item, unit } = copy
  if (item.reject) {
    copy.outcome = rejected(copy)
    return
  }
  const own = item.profile !== undefined
  const valid = own ? ok(item.type ?? 'track') : validateItem(item.body, item.type)
  if (!valid.ok) {
    copy.outcome = { kind: 'rejected', reason: valid.failure.code }
    return
  }
  const { traits } = config.settings.consent
  const normalized = withConsentTraits(normalize(unit.ingest, item, valid.value, config.settings), traits)
  // Who is on a list is said by those who may write segments, not by whoever has the key of a web page.
  const event = unit.ingest.trust === 'public' ? withoutListMarks(normalized) : normalized
  copy.event = event
  if (unit.ingest.origin === 'live' && config.settings.lateEvents === 'archive_only' && event.flags.includes('late')) {
    copy.outcome = { kind: 'dropped', reason: 'late' }
    return
  }
  // What we tell ourselves says whom it is about; resolve-copies.ts asks where they are.
  if (own) return
  copy.identifiers = usableIdentifiers(
    identifiersOf(event, config.settings.identity.defaultCountry),
    config.settings.identity,
  )
  copy.previous = event.type === 'alias' ? previousOf(event, config) : undefined
  if (copy.identifiers.length === 0) copy.outcome = { kind: 'dropped', reason: 'no_usable_identifier' }
}

function withoutListMarks(event: Event): Event {
  if (!event.traits || !Object.keys(event.traits).some(isListMark)) return event
  const traits = Object.fromEntries(Object.entries(event.traits).filter(([name]) => !isListMark(name)))
  return { ...event, traits: asDict(traits) }
}

function previousOf(event: Event, config: WorkspaceConfig) {
  const user = identifierOf('user_id', event.previousId)
  const anonymous = identifierOf('anonymous_id', event.previousId)
  if (!user || !anonymous || isBlocked(user, config.settings.identity)) return undefined
  return { user, anonymous }
}
