import { sendTellings } from '../platform/audience-documents.ts'
import { ConfigStore } from '../platform/config-store.ts'
import { sendEffects } from '../platform/effects.ts'
import { log } from '../platform/log.ts'
import { nameParts, profileStub } from '../platform/stubs.ts'
import { type Telling, tellingOf } from '../shared/audience/document-of.ts'
import type { WorkspaceConfig } from '../shared/config/workspace-config.ts'
import type { CanonicalId } from '../shared/kernel/id.ts'
import type { Definitions } from '../shared/profile/definitions.ts'
import type { Read } from '../shared/profile/document.ts'
import type { Effect, ProfileEffect } from '../shared/profile/effect.ts'
import { lookAgain, nextDueAt, tellDue } from '../shared/profile/emission.ts'
import { emptyState, type ProfileState } from '../shared/profile/state.ts'
import type { StoredEvent } from '../shared/profile/timeline.ts'
import { isSomebody } from '../shared/profile/view.ts'
import { AlarmClock } from './alarm-clock.ts'
import { definitionsOf } from './definitions-of.ts'
import { ProfileStore } from './profile-store.ts'

/**
 * What every operation of a profile object stands on: the state in memory and in its row, the transaction, the
 * configuration, telling what is due, the outbox and the one alarm. Not an object of its own: whatever is public in a
 * Durable Object can be called from elsewhere.
 */
export class ProfileCell {
  readonly store: ProfileStore
  readonly alarm: AlarmClock
  readonly workspace: string
  readonly id: CanonicalId
  readonly #storage: DurableObjectStorage
  readonly #env: Env
  #state: ProfileState | undefined

  constructor(ctx: DurableObjectState, env: Env) {
    this.store = new ProfileStore(ctx.storage.sql)
    this.alarm = new AlarmClock(ctx.storage)
    this.#storage = ctx.storage
    this.#env = env
    const { workspace, rest } = nameParts(ctx.id.name ?? '')
    this.workspace = workspace
    this.id = rest as CanonicalId // only profileStub() names these objects, with a canonical ID
  }

  /** The state in memory is the one in the row: it only changes inside transact(), and is thrown away when that throws. */
  load(): ProfileState | undefined {
    this.#state ??= this.store.loadState()
    return this.#state
  }

  /** `changed`: the state is written. @throws what the work throws, with nothing changed in the row or in memory */
  transact<T>(work: (state: ProfileState) => { readonly answer: T; readonly changed: boolean }): T {
    try {
      return this.#storage.transactionSync(() => {
        this.store.createTables()
        this.#state = this.load() ?? emptyState(this.workspace, this.id)
        const { answer, changed } = work(this.#state)
        if (changed) this.store.saveState(this.#state)
        return answer
      })
    } catch (fault) {
      this.#state = undefined
      this.store.reset()
      throw fault
    }
  }

  /** Inside a transaction: from here on the profile is this. */
  become(state: ProfileState): void {
    this.#state = state
  }

  /** What a reader sees; or where the person went, or nobody. */
  reading<T>(view: (state: ProfileState) => T): Read<T> {
    const state = this.load()
    if (state?.redirect) return { kind: 'moved', to: state.redirect }
    if (!state || !isSomebody(state)) return { kind: 'unknown' }
    return { kind: 'found', value: view(state) }
  }

  /** Undefined while it cannot be read. */
  async config(atLeastVersion: number): Promise<WorkspaceConfig | undefined> {
    const config = await new ConfigStore(this.#env.DB).workspace(this.workspace, atLeastVersion)
    return typeof config === 'string' ? undefined : config
  }

  /** Another person of the same workspace. */
  neighbour(id: CanonicalId) {
    return profileStub(this.#env, this.workspace, id)
  }

  /** What splitting changed is no flicker: it is told at once. */
  evaluateAndTell(state: ProfileState, definitions: Definitions): void {
    this.evaluateAll(state, definitions)
    this.tell(state, definitions, Date.now())
  }

  profileEffect(
    name: string,
    change: ProfileEffect['change'],
    at: number,
    details: Pick<ProfileEffect, 'other' | 'mergeId'>,
  ): ProfileEffect {
    const workspace = this.workspace
    return { key: `${workspace}:${name}`, kind: 'profile', workspace, profile: this.id, change, at, ...details }
  }

  evaluateAll(state: ProfileState, definitions: Definitions): void {
    const now = Date.now()
    lookAgain(state, this.store.history, definitions.all, now, now)
    state.configVersion = definitions.version
  }

  /** Writes what is due into the timeline and the outbox. What did not wait for its window, of `waited`, is a backfill. */
  tell(state: ProfileState, definitions: Definitions, now: number, waited?: ReadonlySet<string>): void {
    for (const due of tellDue(state, this.store.history, definitions, now)) {
      const isBackfill = waited && !waited.has(String(due.event.properties?.['segment']))
      const row = isBackfill ? backfilled(due) : due
      if (!this.store.get(row.key)) this.store.put(row)
      const effect: Effect = {
        key: row.key,
        kind: 'segment',
        workspace: this.workspace,
        profile: this.id,
        event: row.event,
      }
      state.outbox.push(effect)
      state.version += 1
      state.documentOwed = true
    }
  }

  /** Empties the outbox into the queue. What was sent and not yet struck out is sent again: its key makes that harmless. */
  async flush(): Promise<void> {
    const sending = [...(this.load()?.outbox ?? [])]
    const isOwed = this.load()?.documentOwed === true
    const told = isOwed ? await this.#sendDocument() : undefined
    if (sending.length > 0) await sendEffects(this.#env, sending)
    const sent = new Set(sending.map((effect) => effect.key))
    if (sending.length > 0 || told !== undefined)
      this.transact((state) => {
        state.outbox = state.outbox.filter((effect) => !sent.has(effect.key))
        if (state.version === told) delete state.documentOwed
        return { answer: undefined, changed: true }
      })
    // So that the alarm comes back later and later.
    if (isOwed && told === undefined) throw new Error(`the audience shards did not take the document of ${this.id}`)
  }

  /** Answers the version that the audience shards took; undefined when they did not: it stays owed. */
  async #sendDocument(): Promise<number | undefined> {
    const config = await this.config(0)
    const state = this.load()
    if (!state) return undefined
    const { version } = state
    const missed = await sendTellings(this.#env, this.workspace, [this.telling(state, config)])
    return missed.length === 0 ? version : undefined
  }

  /** For what has just become a tombstone: what cannot be told now is told by the alarm. */
  async flushOrWake(): Promise<void> {
    await this.alarm.load()
    try {
      await this.flush()
    } catch (fault) {
      log.warn('profile: it tells the audience shards later', {
        workspace_id: this.workspace,
        profile: this.id,
        fault,
      })
      this.wakeWhenDue()
    }
  }

  /** How this person is, for the audience shards. */
  telling(state: ProfileState, config: WorkspaceConfig | undefined): Telling {
    const definitions = config && definitionsOf(config)
    const computedTraits = config?.computedTraits ?? []
    return tellingOf(state, this.store.history, { definitions, computedTraits, now: Date.now() })
  }

  /** Neither merged away nor erased. */
  isAlive(): boolean {
    const state = this.load()
    return state !== undefined && state.redirect === null && state.erasedAt === undefined
  }

  wakeWhenDue(): void {
    this.alarm.noLaterThan(this.nextWake())
  }

  /** When this profile has something to do by itself: what is due, or an outbox that was not emptied. */
  nextWake(): number | null {
    const state = this.load()
    if (!state) return null
    const due = (this.isAlive() ? nextDueAt(state) : null) ?? Number.POSITIVE_INFINITY
    const retry = state.outbox.length > 0 || state.documentOwed ? Date.now() + 1_000 : Number.POSITIVE_INFINITY
    const next = Math.min(due, retry)
    return next === Number.POSITIVE_INFINITY ? null : next
  }
}

/** A change that a new definition made, not something the person did. */
function backfilled(row: StoredEvent): StoredEvent {
  return { ...row, event: { ...row.event, properties: { ...row.event.properties, backfill: true } } }
}
