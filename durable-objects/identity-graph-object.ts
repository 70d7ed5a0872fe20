import { DurableObject } from 'cloudflare:workers'
import { sendEffects } from '../platform/effects.ts'
import { profileStub } from '../platform/stubs.ts'
import { type Cause, type Erasure, type Operation, partiesOf } from '../shared/identity/graph.ts'
import type { IdentitySettings } from '../shared/identity/identity-settings.ts'
import {
  erase,
  type JoinRefusal,
  joinByDecision,
  keepApart,
  planRelease,
  type ReleasePlan,
  type ReleaseRefusal,
  release,
} from '../shared/identity/join.ts'
import { exceededTypes, isAnonymous } from '../shared/identity/limits.ts'
import { carryOut, type OperationPort, runnable } from '../shared/identity/operations.ts'
import { type Place, placeOf } from '../shared/identity/place.ts'
import { type ResolveAnswer, type ResolveRequest, resolve } from '../shared/identity/resolve.ts'
import { type CanonicalId, canonicalId } from '../shared/kernel/id.ts'
import { toIso } from '../shared/kernel/instant.ts'
import type { MergeDocument } from '../shared/profile/document.ts'
import { AlarmClock } from './alarm-clock.ts'
import { IdentityStore } from './identity-store.ts'

export type Located =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'identifier'; readonly key: string }

/** Whose leaves are asked for; `busy`: the profile is being split. */
export type Holding =
  | {
      readonly kind: 'held'
      readonly profile: CanonicalId
      readonly epoch: number
      readonly leaves: readonly CanonicalId[]
    }
  | { readonly kind: 'busy' }
  | { readonly kind: 'nobody' }

/** How many operations are carried out side by side; those of one profile always run in order. */
const SIDE_BY_SIDE = 8
/** Profiles looked at in one count of those that exceed the rules; beyond, the count is a share of the graph. */
const MOST_COUNTED = 200_000

export interface Exceeding {
  /** Profiles that hold more identifiers of a type than the rules allow now. */
  readonly types: Readonly<Record<string, number>>
  readonly profiles: number
  /** How many profiles were looked at; false: there are more. */
  readonly looked: number
  readonly exact: boolean
}

/**
 * One per workspace: decides which identifiers are one person, all in one place, and drives the operations it decided. A
 * shell around shared/identity: a batch of decisions is one transaction; operations start at once and are resumed by the
 * alarm after a crash.
 */
export class IdentityGraphObject extends DurableObject<Env> {
  readonly #store: IdentityStore
  readonly #alarm: AlarmClock
  readonly #workspace: string
  #driving: Promise<void> | undefined

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#store = new IdentityStore(ctx.storage.sql)
    this.#alarm = new AlarmClock(ctx.storage)
    this.#workspace = ctx.id.name ?? ''
  }

  /** Decides a batch of messages, in order; one answer each. In the steady state it writes nothing. */
  async resolve(settings: IdentitySettings, requests: readonly ResolveRequest[]): Promise<readonly ResolveAnswer[]> {
    const answers = await this.#decide(() => requests.map((request) => resolve(this.#store, settings, request, mint)))
    if (this.#store.openOperations().length > 0) this.ctx.waitUntil(this.#drive())
    return answers
  }

  /** The present canonical ID of a reference; a merged ID leads to the one it was merged into. Null for nobody. */
  async locate(ref: Located): Promise<CanonicalId | null> {
    const leaf = ref.kind === 'identifier' ? this.#store.identifier(ref.key)?.leaf : (ref.id as CanonicalId)
    if (leaf === undefined || this.#store.erasure(leaf)) return null
    const root = this.#store.rootOf(leaf)
    return this.#store.profile(root) ? root : null
  }

  /** Where events about these people belong, one answer each; changes nothing. */
  async places(refs: readonly Located[]): Promise<readonly Place[]> {
    return refs.map((ref) => {
      const leaf = ref.kind === 'identifier' ? this.#store.identifier(ref.key)?.leaf : (ref.id as CanonicalId)
      return placeOf(this.#store, leaf)
    })
  }

  /** The leaves of the profiles that these people are by now, one answer each; changes nothing. */
  async holdings(ids: readonly CanonicalId[]): Promise<readonly Holding[]> {
    return ids.map((id) => {
      const place = placeOf(this.#store, id)
      if (place.kind !== 'placed') return { kind: place.kind === 'busy' ? 'busy' : 'nobody' }
      const { profile, epoch } = place
      const leaves = Object.keys(this.#store.profile(profile)?.leaves ?? {}) as CanonicalId[]
      return { kind: 'held', profile, epoch, leaves }
    })
  }

  /** Which of these identifiers (by key) belong to somebody. */
  async known(keys: readonly string[]): Promise<readonly string[]> {
    return keys.filter((key) => {
      const leaf = this.#store.identifier(key)?.leaf
      return (
        leaf !== undefined && !this.#store.erasure(leaf) && this.#store.profile(this.#store.rootOf(leaf)) !== undefined
      )
    })
  }

  /** The merges a profile took part in, oldest first; the undone ones too. */
  async mergesOf(id: CanonicalId): Promise<MergeDocument[]> {
    const seqs = this.#store.profile(id)?.operations ?? []
    return seqs.flatMap((seq) => {
      const operation = this.#store.operation(seq)
      return operation?.kind === 'merge' ? [mergeDocument(operation)] : []
    })
  }

  /** Joins two profiles because somebody, or a rule, says that they are one person; answers once their data is together. */
  async join(
    settings: IdentitySettings,
    a: CanonicalId,
    b: CanonicalId,
    cause: Cause,
  ): Promise<{ readonly id: CanonicalId; readonly mergeId: string } | { readonly refusal: JoinRefusal | 'unknown' }> {
    const roots = await this.#settledRoots(a, b)
    if (!roots) return { refusal: 'unknown' }
    const decided = await this.#decide(() => joinByDecision(this.#store, settings, roots[0], roots[1], cause))
    if ('refusal' in decided) return decided
    await this.#untilDone(decided.seq)
    return { id: this.#store.rootOf(roots[0]), mergeId: mergeId(decided.seq) }
  }

  /** Keeps two profiles apart from now on. `same`: they are one person already, so a merge would have to be undone. */
  async keepApart(a: CanonicalId, b: CanonicalId, cause: Cause): Promise<'apart' | 'same' | 'unknown'> {
    const roots = await this.#settledRoots(a, b)
    if (!roots) return 'unknown'
    return this.#decide(() => keepApart(this.#store, roots[0], roots[1], cause))
  }

  /** What undoing a merge would move. Decides nothing. */
  async planRelease(
    id: CanonicalId,
    merge: string,
  ): Promise<{ readonly plan: ReleasePlan } | { readonly refusal: ReleaseRefusal }> {
    await this.#untilSettled([id])
    return planRelease(this.#store, id, seqOf(merge))
  }

  /** Undoes a merge; answers once both sides are alive with what is theirs. */
  async release(
    id: CanonicalId,
    merge: string,
    cause: Cause,
  ): Promise<{ readonly left: CanonicalId; readonly right: CanonicalId } | { readonly refusal: ReleaseRefusal }> {
    await this.#untilSettled([id])
    const decided = await this.#decide(() => {
      const planned = planRelease(this.#store, id, seqOf(merge))
      return 'plan' in planned ? { ...planned, seq: release(this.#store, planned.plan, cause) } : planned
    })
    if ('refusal' in decided) return decided
    await this.#untilDone(decided.seq)
    return { left: decided.plan.from, right: decided.plan.to }
  }

  /**
   * Turns a person into nobody, for the erasure `erasure.id`; answers once no object holds anything of them. Null when
   * there is no such person, or not any more: asked again, it is done already. `busy`: something of theirs has just
   * begun to be carried out.
   */
  async erase(
    id: CanonicalId,
    erasure: Erasure & { readonly id: string },
    cause: Cause,
  ): Promise<readonly CanonicalId[] | null | 'busy'> {
    await this.#untilSettled([id])
    const row = this.#store.profile(id)
    if (!row) return null
    const leaves = Object.keys(row.leaves) as CanonicalId[]
    const decided = await this.#decide(() => erase(this.#store, id, erasure, cause))
    if (decided === 'busy') return 'busy'
    await this.#untilDone(decided)
    return leaves
  }

  /** The receipt of an erasure is complete: later events of the same identifiers make a new person. */
  async closeErasure(leaves: readonly CanonicalId[]): Promise<void> {
    await this.#decide(() => {
      for (const leaf of leaves) {
        const erasure = this.#store.erasure(leaf)
        if (erasure?.state === 'open') this.#store.saveErasure(leaf, { ...erasure, state: 'closed' })
      }
    })
  }

  /** A person lifts a suppression that was to be kept: from now on it is as if the erasure had been an ordinary one. */
  async liftSuppression(leaves: readonly CanonicalId[]): Promise<void> {
    await this.#decide(() => {
      for (const leaf of leaves) {
        const erasure = this.#store.erasure(leaf)
        if (erasure?.state === 'kept') this.#store.saveErasure(leaf, { ...erasure, state: 'closed' })
      }
    })
  }

  /**
   * Profiles made before `before` that are known by a device alone, a page after an ID. Whether they are idle, only they
   * can say.
   */
  async anonymousOnly(
    after: string,
    before: number,
    limit: number,
  ): Promise<{ readonly ids: CanonicalId[]; readonly next: string | null }> {
    const rows = this.#store.profilesAfter(after, limit)
    const oldest = canonicalId(before, new Uint8Array(10))
    const ids = rows.filter(({ id, row }) => id < oldest && isAnonymous(row)).map(({ id }) => id)
    const last = rows.at(-1)
    // IDs are in order of age: beyond the oldest that may stay there is nobody to ask.
    return { ids, next: rows.length === limit && last && last.id < oldest ? last.id : null }
  }

  /** People in order of age, for whoever keeps something of each. */
  async profilesAfter(
    after: string,
    limit: number,
  ): Promise<{ readonly ids: CanonicalId[]; readonly next: string | null }> {
    const ids = this.#store.profilesAfter(after, limit).map(({ id }) => id)
    return { ids, next: ids.length === limit ? (ids.at(-1) ?? null) : null }
  }

  /** How many profiles hold more than the rules allow: tightened rules split nobody. */
  async exceeding(settings: IdentitySettings): Promise<Exceeding> {
    const types: Record<string, number> = {}
    const now = Date.now()
    let [looked, profiles, after, exact] = [0, 0, '', true]
    for (;;) {
      const rows = this.#store.profilesAfter(after, 1_000)
      for (const { id, row } of rows) {
        after = id
        looked += 1
        const exceeded = exceededTypes(row, settings, now)
        if (exceeded.length > 0) profiles += 1
        for (const type of exceeded) types[type] = (types[type] ?? 0) + 1
      }
      if (rows.length < 1_000) break
      if (looked >= MOST_COUNTED) {
        exact = false
        break
      }
    }
    return { types, profiles, looked, exact }
  }

  /** How many decided operations are not carried out yet; for tests and operators. */
  async openMerges(): Promise<number> {
    return this.#store.openOperations().length
  }

  override async alarm(): Promise<void> {
    await this.#alarm.fired(Date.now())
    await this.#drive()
    await this.#alarm.rearm(this.#store.openOperations().length > 0 ? Date.now() + 1_000 : null)
  }

  /** One transaction; whatever it left to be carried out has an alarm, in case this object does not live to do it. */
  async #decide<T>(work: () => T): Promise<T> {
    await this.#alarm.load()
    const answer = this.ctx.storage.transactionSync(() => this.#store.deciding(work))
    if (this.#store.openOperations().length > 0) this.#alarm.noLaterThan(Date.now() + 5_000)
    return answer
  }

  /** The present profiles of two IDs, with nothing of theirs still on its way. */
  async #settledRoots(a: CanonicalId, b: CanonicalId): Promise<readonly [CanonicalId, CanonicalId] | undefined> {
    await this.#untilSettled([a, b].map((id) => this.#store.rootOf(id)))
    const [left, right] = [await this.locate({ kind: 'id', id: a }), await this.locate({ kind: 'id', id: b })]
    return left && right ? [left, right] : undefined
  }

  /** Waits until nothing that changes one of these profiles is on its way. @throws what stopped it; the alarm tries again */
  async #untilSettled(ids: readonly CanonicalId[]): Promise<void> {
    const driving = this.#drive()
    const isOpen = () => this.#store.openOperations().some((open) => partiesOf(open).some((id) => ids.includes(id)))
    // Others may go on being decided all the time; those are not waited for.
    while (isOpen()) await Promise.race([driving, scheduler.wait(10)])
  }

  async #untilDone(seq: number): Promise<void> {
    const driving = this.#drive()
    while (this.#store.operation(seq)?.done === false) await Promise.race([driving, scheduler.wait(10)])
  }

  /** Carries out open operations until there are none; a second call joins the first. */
  #drive(): Promise<void> {
    this.#driving ??= this.#driveAll().finally(() => {
      this.#driving = undefined
    })
    return this.#driving
  }

  /** @throws the first fault, once everything else is done: the alarm tries again, with backoff; steps may be repeated */
  async #driveAll(): Promise<void> {
    const failed = new Map<number, unknown>()
    for (;;) {
      const ready = runnable(this.#store.openOperations()).filter(({ seq }) => !failed.has(seq))
      if (ready.length === 0) break
      const now = ready.slice(0, SIDE_BY_SIDE)
      const results = await Promise.allSettled(now.map((operation) => this.#carryOut(operation)))
      for (const [i, result] of results.entries())
        if (result.status === 'rejected') failed.set((now[i] as Operation).seq, result.reason)
    }
    for (const fault of failed.values()) throw fault
  }

  async #carryOut(operation: Operation): Promise<void> {
    await carryOut(operation, this.#port())
    this.#store.finish(operation.seq)
  }

  #port(): OperationPort<string> {
    const at = (id: CanonicalId) => profileStub(this.env, this.#workspace, id)
    return {
      prepare: (winner, operation) => at(winner).prepare(operation),
      handOver: (loser, operation, cursor) => at(loser).handOver(operation, cursor),
      stage: (winner, operation, page, index, last) => at(winner).stage(operation, page, index, last),
      forget: (loser, operation) => at(loser).forget(operation),
      letGo: (from, operation, cursor) => at(from).letGo(operation, cursor),
      goLive: (to, operation, page, index, last) => at(to).goLive(operation, page, index, last),
      confirm: (from, operation) => at(from).confirm(operation),
      remove: (id, operation) => at(id).erase(operation.cause.at),
      deleted: ({ seq, profile, cause }) =>
        sendEffects(this.env, [
          {
            key: `${this.#workspace}:del_${seq}`,
            kind: 'profile',
            workspace: this.#workspace,
            profile,
            change: 'deleted',
            at: cause.at,
          },
        ]),
    }
  }
}

function mint(): CanonicalId {
  return canonicalId(Date.now(), crypto.getRandomValues(new Uint8Array(10)))
}

function mergeId(seq: number): string {
  return `mrg_${seq}`
}

/** Zero, which no operation has, for what is no merge ID. */
function seqOf(merge: string): number {
  return Number(/^mrg_([1-9]\d{0,14})$/.exec(merge)?.[1] ?? 0)
}

function mergeDocument(operation: Extract<Operation, { kind: 'merge' }>): MergeDocument {
  const { kind, messageId, at, probability } = operation.cause
  return {
    mergeId: mergeId(operation.seq),
    winner: operation.winner,
    loser: operation.loser,
    at: toIso(at),
    cause: {
      kind,
      ...(messageId === undefined ? {} : { messageId }),
      at: toIso(at),
      ...(probability === undefined ? {} : { probability }),
    },
    ...(operation.undoneAt === undefined ? {} : { undoneAt: toIso(operation.undoneAt) }),
  }
}
