import type { ConfigStore } from '../platform/config-store.ts'
import type { WorkspaceConfig } from '../shared/config/workspace-config.ts'
import type { Outcome } from '../shared/event/outcome.ts'
import { validateItem } from '../shared/event/validate-item.ts'
import { ok } from '../shared/kernel/result.ts'
import { normalizedEvent } from '../shared/message/normalized-event.ts'
import { type CopyWork, type Unit, undecided } from './copy.ts'
import { reasonOf } from './faults.ts'
import { trimConnection } from './trim-connection.ts'

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
  trimConnection(unit, source)
  if (source === 'unknown') return decideAll(unit, { kind: 'dropped', reason: 'source_disabled' })
  unit.source = source
  const config = await configs.workspace(source.workspace)
  if (config === 'unreadable' || config === 'unknown') return wait(unit, 'the workspace cannot be read')
  unit.config = config
  if (!source.enabled) return decideAll(unit, { kind: 'dropped', reason: 'source_disabled' })
  return config
}

function wait(unit: Unit, reason: string): undefined {
  for (const copy of unit.copies) copy.waiting = { for: 'configuration', reason }
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
  const event = normalizedEvent(unit.ingest, item, valid.value, config.settings)
  copy.event = event
  copy.normalized = event
  if (unit.ingest.origin === 'live' && config.settings.lateEvents === 'archive_only' && event.flags.includes('late'))
    copy.outcome = { kind: 'dropped', reason: 'late' }
}
