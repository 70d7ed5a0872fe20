import { DurableObject } from 'cloudflare:workers'
import { documentNeed } from '../shared/audience/document-need.ts'
import { surroundingsFor, type TriedCondition } from '../shared/audience/tried-condition.ts'
import { defaultSettings } from '../shared/config/workspace-config.ts'
import type { ConsentStatuses } from '../shared/consent/consent.ts'
import type { ConsentHistoryPage, ConsentHistoryQuery, ConsentsDocument } from '../shared/consent/document.ts'
import { type SendAnswer, type SendQuestion, sendAnswer } from '../shared/destination/ask-person.ts'
import type { Event } from '../shared/event/event.ts'
import type { Outcome } from '../shared/event/outcome.ts'
import type { Arrival } from '../shared/identity/arriving.ts'
import type { MergeOperation, ReleaseOperation } from '../shared/identity/graph.ts'
import type { HandOver } from '../shared/identity/operations.ts'
import { encodeCursor } from '../shared/kernel/cursor.ts'
import type { CanonicalId } from '../shared/kernel/id.ts'
import { type ApplyItem, admission, applyItems, type Known, type ToldChange } from '../shared/profile/apply.ts'
import { computedValues } from '../shared/profile/computed-values.ts'
import { consentHistoryPage, consentsDocument } from '../shared/profile/consent-view.ts'
import { consentStatuses } from '../shared/profile/consents.ts'
import type { EventPage, EventQuery, ProfileDocument, Read, TraitWriteDocument } from '../shared/profile/document.ts'
import { nextDueAt } from '../shared/profile/emission.ts'
import { eraseProfile } from '../shared/profile/erase.ts'
import { type ExplainedMembership, explainMembership } from '../shared/profile/explain-membership.ts'
import { heldDocuments, leafDocuments } from '../shared/profile/leaf-documents.ts'
import { beginMerge, handOverPage, stagePage, tombstoneOf } from '../shared/profile/merge.ts'
import { personOf } from '../shared/profile/person.ts'
import { previewSplit, type Split } from '../shared/profile/preview-split.ts'
import { PROFILE_LIMITS } from '../shared/profile/profile-limits.ts'
import { confirmRelease, goLivePage, letGoPage } from '../shared/profile/release.ts'
import { type Lost, sealLoser } from '../shared/profile/seal.ts'
import { emptyState, type PassedChange } from '../shared/profile/state.ts'
import { suppressionDocuments } from '../shared/profile/suppressions.ts'
import { isOwnEvent, pageEnd } from '../shared/profile/timeline.ts'
import { MOST_WRITES, traitWrites } from '../shared/profile/trait-writes.ts'
import {
  eventDocument,
  type IdentityParts,
  isSomebody,
  leafNames,
  linkDocuments,
  type PersonScope,
  profileDocument,
  scopeOf,
} from '../shared/profile/view.ts'
import { evaluate } from '../shared/segment/evaluate.ts'
import type { Verdict } from '../shared/segment/signal.ts'
import { definitionsOf } from './definitions-of.ts'
import { ProfileCell } from './profile-cell.ts'
import {
  beginRebuild,
  finishRebuild,
  type RebuildBegun,
  type RebuildFinished,
  type RebuildPlan,
  stageRebuild,
} from './rebuild-profile.ts'
import { traitRows } from './trait-rows.ts'

export interface ApplyRequest {
  /** Epoch of the profile as the graph answered; an older one than the profile's is sent back. */
  readonly epoch: number
  /** The caller's config version; the profile evaluates with this one or a newer one. */
  readonly configVersion: number
  /** Profiles that are on their way to this one: they may have seen these messages. */
  readonly arriving?: readonly Arrival[]
  readonly items: readonly ApplyRequestItem[]
}

/** The event travels as JSON: cheaper than cloning an object, and the text is what is stored. */
export type ApplyRequestItem = Omit<ApplyItem, 'event' | 'eventText' | 'elsewhere'> & { readonly eventText: string }

/** `elsewhere`: merged away, or the caller's cache is older than a split: resolve again. `busy`: try again later. */
export type ApplyAnswer =
  | {
      readonly kind: 'ok'
      readonly outcomes: readonly Outcome[]
      readonly told: readonly ToldChange[]
      /** For the audience shards: a document as JSON, or that one will be due; the caller sees that they hear of it. */
      readonly news?: string | 'touched'
      /** What stands about consent, if anything was ever said: stamped on the events. */
      readonly consents?: ConsentStatuses
    }
  | { readonly kind: 'busy' }
  | { readonly kind: 'elsewhere' }

/** Written by queues/apply-copies.ts from a normalised event, so its shape is known. */
function applyItemOf(item: ApplyRequestItem): ApplyItem & { readonly eventText: string } {
  return { ...item, event: JSON.parse(item.eventText) as Event }
}

/** Segment changes that an event decided. */
export interface ChangesAt {
  readonly told: readonly { readonly name: string; readonly at: number }[]
  readonly passed: readonly PassedChange[]
}

/** How far back a named event is looked for. */
const PREVIEWED_EVENTS = 500

/**
 * One person, one writer. A shell: it loads, asks the pure core in shared/profile, and saves state and events in one
 * transaction; it decides nothing itself. One alarm serves everything that waits (emission, time-based segment changes,
 * the outbox).
 */
export class ProfileObject extends DurableObject<Env> {
  readonly #cell: ProfileCell

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#cell = new ProfileCell(ctx, env)
  }

  /** Applies a batch of copies; one outcome per item, in order. */
  async apply(request: ApplyRequest): Promise<ApplyAnswer> {
    const [config, elsewhere] = await Promise.all([
      this.#cell.config(request.configVersion),
      this.#askLosers(request),
      this.#cell.alarm.load(),
    ])
    const items = request.items.map((item, i) => ({ ...applyItemOf(item), ...elsewhere?.[i] }))
    const answer = this.#cell.transact((state): { answer: ApplyAnswer; changed: boolean } => {
      const kind = admission(state, request.epoch)
      if (kind !== 'ok') return { answer: { kind }, changed: false }
      state.epoch = request.epoch
      const now = Date.now()
      const definitions = config && definitionsOf(config)
      // While the configuration cannot be read events are taken, and the defaults bound them.
      const settings = config?.settings ?? defaultSettings
      const { outcomes, changed, told } = applyItems(state, this.#cell.store, items, { now, settings, definitions })
      // With no window to wait for there is no reason to pay for an alarm.
      if (changed && definitions && settings.windowMs === 0) this.#cell.tell(state, definitions, now)
      const need = documentNeed({ outcomes, told })
      const news = need === 'document' ? JSON.stringify(this.#cell.telling(state, config)) : 'touched'
      const consents = consentStatuses(state)
      return {
        answer: {
          kind: 'ok',
          outcomes,
          told,
          ...(consents ? { consents } : {}),
          ...(need === 'nothing' ? {} : { news }),
        },
        changed,
      }
    })
    this.#cell.wakeWhenDue()
    if (this.#cell.load()?.outbox.length) this.ctx.waitUntil(this.#cell.flush())
    return answer
  }

  /** A merge of this profile away was decided, and the winner was sent these copies before it has what is here. */
  async seal(lost: Lost, items: readonly ApplyRequestItem[]): Promise<readonly (Known | null)[]> {
    return this.#cell.transact((state) => {
      const { known, changed } = sealLoser(state, this.#cell.store, lost, items.map(applyItemOf))
      return { answer: known, changed }
    })
  }

  /** What those who are on their way here say of the copies, one per item. */
  async #askLosers({ arriving = [], epoch, items }: ApplyRequest) {
    const state = this.#cell.load()
    if (arriving.length === 0 || (state && admission(state, epoch) !== 'ok')) return undefined
    const winner = this.#cell.id
    const answers = await Promise.all(
      arriving.map(({ loser, seq }) => this.#cell.neighbour(loser).seal({ winner, seq }, items)),
    )
    return items.map((_, i) => {
      const elsewhere = answers.map((known) => known[i]).find((known) => known)
      return elsewhere ? { elsewhere } : {}
    })
  }

  /**
   * How this person is, for the audience shards, as JSON. With `build` they look at themselves first, by that version of
   * the configuration: whoever turns out to be in or out is told so as part of a backfill.
   */
  async tell(build: number): Promise<string> {
    const [config] = await Promise.all([this.#cell.config(build), this.#cell.alarm.load()])
    if (!config && build > 0) throw new Error('the configuration cannot be read')
    const isFresh = config && build > 0 && (this.#cell.load()?.configVersion ?? config.version) < config.version
    if (isFresh && this.#cell.isAlive()) {
      this.#cell.transact((state) => {
        const definitions = definitionsOf(config)
        const waited = new Set(Object.keys(state.segments).filter((key) => state.segments[key]?.pending))
        this.#cell.evaluateAll(state, definitions)
        this.#cell.tell(state, definitions, Date.now(), waited)
        // The caller takes what it asked for.
        delete state.documentOwed
        return { answer: undefined, changed: true }
      })
      this.#cell.wakeWhenDue()
      this.ctx.waitUntil(this.#cell.flush())
    }
    const state = this.#cell.load() ?? emptyState(this.#cell.workspace, this.#cell.id)
    return JSON.stringify(this.#cell.telling(state, config))
  }

  async read(options: { readonly meta: boolean }): Promise<Read<ProfileDocument>> {
    const config = await this.#cell.config(0)
    const computedTraits = config?.computedTraits ?? []
    return this.#cell.reading((state) => {
      const document = profileDocument(state, options)
      // A segment that was deleted is forgotten at the profile's next look; until then nobody should see it.
      const isThere = ({ key }: { readonly key: string }) => config?.segments.some((segment) => segment.key === key)
      const suppressions = suppressionDocuments(this.#cell.store.containing('"suppression":{'))
      return {
        ...document,
        ...(suppressions.length > 0 ? { suppressions } : {}),
        ...(config ? { segments: document.segments.filter(isThere) } : {}),
        computedTraits: computedValues(state, this.#cell.store.history, computedTraits, Date.now()),
      }
    })
  }

  async events(query: EventQuery): Promise<Read<EventPage>> {
    return this.#cell.reading(() => {
      const rows = this.#cell.store.newest({ ...query, limit: query.limit + 1 })
      const events = rows.slice(0, query.limit)
      const last = events.at(-1)
      const more = rows.length > query.limit && last !== undefined
      return {
        events: events.map(eventDocument),
        cursor: more ? encodeCursor(pageEnd(last.event)) : null,
      }
    })
  }

  /** What stands about consent, by channel or purpose. */
  async consents(): Promise<Read<ConsentsDocument>> {
    return this.#cell.reading(consentsDocument)
  }

  async consentHistory(query: ConsentHistoryQuery): Promise<Read<ConsentHistoryPage>> {
    return this.#cell.reading((state) => consentHistoryPage(state, query))
  }

  /** What a destination asks before it sends, once per send: who this is, and whether they may be told of. */
  async mayReceive(question: SendQuestion): Promise<Read<SendAnswer>> {
    const config = await this.#cell.config(0)
    const surroundings = config && definitionsOf(config).surroundings
    return this.#cell.reading((state) =>
      sendAnswer(state, this.#cell.store.history, question, {
        now: Date.now(),
        surroundings,
        policy: config?.settings.consent,
      }),
    )
  }

  /** An event as it is kept, to show what a destination would be sent: the newest, or the one that is named. */
  async eventForPreview(messageId: string | null): Promise<Read<Event | null>> {
    return this.#cell.reading(() => {
      const rows = this.#cell.store.newest({ limit: messageId === null ? 1 : PREVIEWED_EVENTS })
      return rows.find(({ event }) => messageId === null || event.messageId === messageId)?.event ?? null
    })
  }

  async identity(): Promise<Read<IdentityParts>> {
    return this.#cell.reading((state) => ({
      identifiers: heldDocuments(state),
      leaves: leafDocuments(state),
      links: linkDocuments(state),
      named: leafNames(state),
    }))
  }

  /** Who wrote a trait, and what. */
  async traitWrites(name: string): Promise<Read<TraitWriteDocument[]>> {
    return this.#cell.reading((state) => traitWrites(state, traitRows(this.ctx.storage.sql, name, MOST_WRITES), name))
  }

  /** Why this person is in a segment or is not, by this configuration or a newer one; undefined while it cannot be read. */
  async explain(segment: string, configVersion: number): Promise<Read<ExplainedMembership | undefined>> {
    const config = await this.#cell.config(configVersion)
    const definition = config?.segments.find(({ key }) => key === segment)
    if (!config || !definition) return this.#cell.reading(() => undefined)
    const { surroundings } = definitionsOf(config)
    return this.#cell.reading((state) =>
      explainMembership(state, this.#cell.store.history, definition, surroundings, Date.now()),
    )
  }

  /** Whether this person is in by a condition; unknown when there is nobody here, or the configuration cannot be read. */
  async verdict(tried: TriedCondition): Promise<Verdict> {
    const config = await this.#cell.config(tried.configVersion)
    const state = this.#cell.load()
    if (!config || !state || !this.#cell.isAlive()) return 'unknown'
    const surroundings = surroundingsFor(tried, definitionsOf(config).surroundings)
    return evaluate(tried.condition, personOf(state, this.#cell.store.history, surroundings), tried.now).member
  }

  /** The ENTER and EXIT events that this timeline dates to an instant, in epoch ms, and those that were not told. */
  async changesAt(at: number): Promise<Read<ChangesAt>> {
    return this.#cell.reading((state) => ({
      told: this.#cell.store
        .newest({ limit: 100, from: at, to: at })
        .filter(({ event }) => isOwnEvent(event))
        .map(({ event }) => ({ name: event.name ?? '', at: event.receivedAt })),
      passed: (state.passed ?? []).filter(({ began, ended }) => began === at || ended === at),
    }))
  }

  /** When the newest event arrived, in epoch ms; null for nobody. */
  async lastHeard(): Promise<number | null> {
    const state = this.#cell.load()
    return state && state.redirect === null && isSomebody(state) ? state.asOf : null
  }

  /** All that a person is known by: for finding them in other stores. `match` is an identifier's normal form. */
  async scope(): Promise<Read<PersonScope>> {
    return this.#cell.reading((state) => scopeOf(state))
  }

  /** When this profile wakes by itself, in epoch ms; for operators and tests. */
  async nextAlarm(): Promise<number | null> {
    return this.ctx.storage.getAlarm()
  }

  /** A merge into this profile begins: nothing is emitted until it is complete. */
  async prepare(operation: MergeOperation): Promise<void> {
    this.#cell.transact((state) => {
      beginMerge(state, operation)
      return { answer: undefined, changed: true }
    })
  }

  /** This profile lost: it becomes a tombstone and gives a page of what it holds. */
  async handOver(operation: MergeOperation, cursor: string | null): Promise<HandOver<string>> {
    return this.#cell.transact((state) => ({
      answer: handOverPage(state, this.#cell.store, operation, cursor),
      changed: cursor === null,
    }))
  }

  /** A page of a profile that lost to this one; everything becomes visible in the transaction of the last page. */
  async stage(operation: MergeOperation, page: string, index: number, last: boolean): Promise<void> {
    const [config] = await Promise.all([this.#cell.config(0), this.#cell.alarm.load()])
    this.#cell.transact((state) => {
      const { staging } = this.#cell.store
      const completed = stagePage(state, this.#cell.store, staging, operation, page, index, last, PROFILE_LIMITS)
      if (completed) {
        const { loser, seq, cause } = operation
        state.outbox.push(
          this.#cell.profileEffect(`mrg_${seq}`, 'merged', cause.at, { other: loser, mergeId: `mrg_${seq}` }),
        )
        if (config) this.#cell.evaluateAll(state, definitionsOf(config))
        state.documentOwed = true
      }
      return { answer: undefined, changed: completed }
    })
    this.#cell.wakeWhenDue()
    if (last) this.ctx.waitUntil(this.#cell.flush())
  }

  /** Leaves are taken out of this profile: they go at once, and are given page by page. */
  async letGo(operation: ReleaseOperation, cursor: string | null): Promise<HandOver<string>> {
    return this.#cell.transact((state) => {
      const before = state.epoch
      const answer = letGoPage(state, this.#cell.store, this.#cell.store.staging, operation, cursor)
      return { answer, changed: state.epoch !== before }
    })
  }

  /** This tombstone lives again with what comes; everything becomes visible in the transaction of the last page. */
  async goLive(operation: ReleaseOperation, page: string, index: number, last: boolean): Promise<void> {
    const [config] = await Promise.all([this.#cell.config(0), this.#cell.alarm.load()])
    this.#cell.transact((state) => {
      const { staging } = this.#cell.store
      const alive = goLivePage(state, this.#cell.store, staging, operation, page, index, last, PROFILE_LIMITS)
      if (alive && config) this.#cell.evaluateAndTell(state, definitionsOf(config))
      if (alive) state.documentOwed = true
      return { answer: undefined, changed: alive }
    })
    this.#cell.wakeWhenDue()
    if (last) this.ctx.waitUntil(this.#cell.flush())
  }

  /** The other side is alive with what left: nothing of it stays here, and this side is evaluated again. */
  async confirm(operation: ReleaseOperation): Promise<void> {
    const [config] = await Promise.all([this.#cell.config(0), this.#cell.alarm.load()])
    this.#cell.transact((state) => {
      const confirmed = confirmRelease(state, this.#cell.store.staging, operation)
      if (confirmed) {
        const { seq, to, undoes, cause } = operation
        const details = { other: to, mergeId: `mrg_${undoes}` }
        state.outbox.push(this.#cell.profileEffect(`rel_${seq}`, 'unmerged', cause.at, details))
        if (config) this.#cell.evaluateAndTell(state, definitionsOf(config))
        state.documentOwed = true
      }
      return { answer: undefined, changed: confirmed }
    })
    this.#cell.wakeWhenDue()
    this.ctx.waitUntil(this.#cell.flush())
  }

  /** A rebuild begins (rebuild-profile.ts): what another one has staged is gone. */
  async beginRebuild(plan: RebuildPlan): Promise<RebuildBegun> {
    return beginRebuild(this.#cell, plan)
  }

  /** A page of lines of the archive, as JSON. False: another rebuild has begun, or the person went. */
  async stageRebuild(job: string, index: number, lines: string): Promise<boolean> {
    return stageRebuild(this.#cell, job, index, lines)
  }

  /** The profile is folded again and takes the place of what it was, in one transaction. Repeatable. */
  async finishRebuild(job: string): Promise<RebuildFinished> {
    const answer = await finishRebuild(this.#cell, job)
    this.#cell.wakeWhenDue()
    this.ctx.waitUntil(this.#cell.flush())
    return answer
  }

  /** How this person would look as two, with `leaves` under the ID `to`. Changes nothing. */
  async previewSplit(to: CanonicalId, leaves: readonly CanonicalId[]): Promise<Read<Split>> {
    const config = await this.#cell.config(0)
    return this.#cell.reading((state) =>
      previewSplit(state, this.#cell.store, {
        to,
        leaves,
        now: Date.now(),
        definitions: config && definitionsOf(config),
      }),
    )
  }

  /** The person is erased: nothing stays but the fact. Repeatable. */
  async erase(at: number): Promise<void> {
    this.#cell.transact((state) => {
      this.#cell.store.deleteEvents()
      this.#cell.become({ ...eraseProfile(state, at), documentOwed: true })
      return { answer: undefined, changed: true }
    })
    await this.#cell.alarm.clear()
    await this.#cell.flushOrWake()
  }

  /** The winner has everything: no copy of the person's data stays here. */
  async forget(operation: MergeOperation): Promise<void> {
    this.#cell.transact((state) => {
      const tombstone = tombstoneOf(state, operation)
      if (!tombstone) return { answer: undefined, changed: false }
      this.#cell.store.deleteEvents()
      this.#cell.become({ ...tombstone, documentOwed: true })
      return { answer: undefined, changed: true }
    })
    await this.#cell.alarm.clear()
    await this.#cell.flushOrWake()
  }

  override async alarm(): Promise<void> {
    await this.#cell.alarm.fired(Date.now())
    const config = await this.#cell.config(0)
    if (!this.#cell.isAlive()) {
      await this.#cell.flush()
      return this.#cell.alarm.rearm(this.#cell.nextWake())
    }
    // Without definitions nothing can be decided; the alarm that fired() set comes back for it.
    if (!config) return
    this.#cell.transact((state) => {
      const definitions = definitionsOf(config)
      const now = Date.now()
      const fresh = state.configVersion < definitions.version
      if (fresh) this.#cell.evaluateAll(state, definitions)
      const wasDue = (nextDueAt(state) ?? Number.POSITIVE_INFINITY) <= now
      this.#cell.tell(state, definitions, now)
      return { answer: undefined, changed: fresh || wasDue }
    })
    await this.#cell.flush()
    await this.#cell.alarm.rearm(this.#cell.nextWake())
  }
}
