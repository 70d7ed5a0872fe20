import type { SourceConfig, WorkspaceConfig } from '../shared/config/workspace-config.ts'
import type { ConsentStatuses } from '../shared/consent/consent.ts'
import type { Event } from '../shared/event/event.ts'
import type { Outcome } from '../shared/event/outcome.ts'
import type { Arrival } from '../shared/identity/arriving.ts'
import type { Identifier } from '../shared/identity/identifier.ts'
import type { Refusal } from '../shared/identity/resolve.ts'
import type { CanonicalId } from '../shared/kernel/id.ts'
import { isObject } from '../shared/kernel/json.ts'
import { NO_WORKSPACE } from '../shared/message/dead-letter.ts'
import { copyIdOf, type IngestItem, type IngestMessage } from '../shared/message/ingest-message.ts'
import type { PluginCalls } from '../shared/pipeline/plugin-calls.ts'
import type { StageNote } from '../shared/pipeline/stage-note.ts'
import type { Wait } from '../shared/pipeline/wait.ts'
import type { ProfileChange } from '../shared/profile/effect.ts'
import type { HeldBy } from '../shared/profile/leaf.ts'
import type { Finding } from '../shared/tracking-plan/judge-event.ts'

/**
 * One queue message on its way through the consumer. It is acknowledged when every copy in it has an outcome, and
 * retried as a whole while one of them must wait; what was done for the others is then done again, which changes nothing.
 */
export interface Unit {
  readonly message: Message<unknown>
  /** Without what the workspace does not keep of connections, once that is known. */
  ingest: IngestMessage
  readonly copies: readonly CopyWork[]
  source?: SourceConfig
  config?: WorkspaceConfig
  /** Calls of plugins that were made for a batch of which this is the first message. */
  plugins?: PluginCalls
}

/** One copy on its way: each step fills in what it found out, or decides the outcome. */
export interface CopyWork {
  readonly unit: Unit
  item: IngestItem
  readonly copyId: string
  /** As normalised; the stages may change it. */
  event?: Event
  /** As it was before the stages. */
  normalized?: Event
  /** What the stages say of it, in order. */
  notes?: StageNote[]
  /** What the tracking plans of its source say of the event, as it was when they were asked. */
  planned?: { readonly event: Event; readonly findings: readonly Finding[] }
  /** Usable identifiers, the anchor first. */
  identifiers?: readonly Identifier[]
  /** Of an alias: `previousId` both ways; the graph says which it is. */
  previous?: { readonly user: Identifier; readonly anonymous: Identifier } | undefined
  placed?: Placed
  outcome?: Outcome
  /** What the person consents to once this was applied; absent while nothing was said. */
  consents?: ConsentStatuses
  /** What it changed about the person. */
  told?: ProfileChange
  /** Why this copy cannot be decided in this delivery. */
  waiting?: Wait
}

/** What the graph answered. */
export interface Placed {
  readonly profile: CanonicalId
  readonly leaf: CanonicalId
  readonly epoch: number
  /** Profiles that are on their way to this one. */
  readonly arriving: readonly Arrival[]
  /** The identifiers that the profile holds; a refused link is not among them. */
  readonly held: readonly HeldBy[]
  /** Links that were not made, with why. */
  readonly refused: readonly Refusal[]
  /** With this message the profile came to hold suspiciously many identifiers. */
  readonly grown: boolean
}

export function unitOf(message: Message<unknown>, ingest: IngestMessage): Unit {
  const copies: CopyWork[] = []
  const unit: Unit = { message, ingest, copies }
  for (const item of ingest.items) copies.push({ unit, item, copyId: copyIdOf(ingest, item) })
  return unit
}

/** Copies that are still to be decided in this delivery. */
export function undecided(copies: readonly CopyWork[]): readonly CopyWork[] {
  return copies.filter((copy) => copy.outcome === undefined && copy.waiting === undefined)
}

/** The name a copy can be asked for by: as normalised, else as it was sent, else as the edge made it. */
export function messageIdOf({ event, item }: CopyWork): string | undefined {
  const sent = isObject(item.body) ? item.body['messageId'] : undefined
  return event?.messageId ?? (typeof sent === 'string' && sent !== '' ? sent : item.messageId)
}

/** Where a message is kept and counted; one whose source is not known belongs to nobody. */
export function workspaceOf(unit: Unit): string {
  return unit.source?.workspace ?? NO_WORKSPACE
}
