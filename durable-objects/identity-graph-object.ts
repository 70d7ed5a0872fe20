import { DurableObject } from 'cloudflare:workers'
import { profileStub } from '../platform/stubs.ts'
import type { MergeOperation } from '../shared/identity/graph.ts'
import type { IdentitySettings } from '../shared/identity/identity-settings.ts'
import { carryOutMerge, type MergePort, runnable } from '../shared/identity/operations.ts'
import { type ResolveAnswer, type ResolveRequest, resolve } from '../shared/identity/resolve.ts'
import { type CanonicalId, canonicalId } from '../shared/kernel/id.ts'
import { toIso } from '../shared/kernel/instant.ts'
import type { MergeDocument } from '../shared/profile/document.ts'
import { AlarmClock } from './alarm-clock.ts'
import { IdentityStore } from './identity-store.ts'

export type Located =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'identifier'; readonly key: string }

/** How many merges are carried out side by side; those of one profile always run in order. */
const SIDE_BY_SIDE = 8

/**
 * One per workspace: decides which identifiers are one person, all in one place, and drives the merges it decided. A
 * shell around shared/identity: a batch of decisions is one transaction; merges start at once and are resumed by the
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
    await this.#alarm.load()
    const answers = this.ctx.storage.transactionSync(() =>
      this.#store.deciding(() => requests.map((request) => resolve(this.#store, settings, request, mint))),
    )
    if (this.#store.openOperations().length > 0) {
      this.#alarm.noLaterThan(Date.now() + 5_000) // in case this object does not live to carry them out
      this.ctx.waitUntil(this.#drive())
    }
    return answers
  }

  /** The present canonical ID of a reference; a merged ID leads to the one it was merged into. Null for nobody. */
  async locate(ref: Located): Promise<CanonicalId | null> {
    const leaf = ref.kind === 'identifier' ? this.#store.identifier(ref.key)?.leaf : (ref.id as CanonicalId)
    if (leaf === undefined) return null
    const root = this.#store.rootOf(leaf)
    return this.#store.profile(root) ? root : null
  }

  /** The merges a profile took part in, oldest first. */
  async mergesOf(id: CanonicalId): Promise<MergeDocument[]> {
    const seqs = this.#store.profile(id)?.operations ?? []
    return seqs.flatMap((seq) => {
      const operation = this.#store.operation(seq)
      return operation ? [mergeDocument(operation)] : []
    })
  }

  /** How many decided merges are not carried out yet; for tests and operators. */
  async openMerges(): Promise<number> {
    return this.#store.openOperations().length
  }

  override async alarm(): Promise<void> {
    await this.#alarm.fired(Date.now())
    await this.#drive()
    await this.#alarm.rearm(this.#store.openOperations().length > 0 ? Date.now() + 1_000 : null)
  }

  /** Carries out open operations until there are none; a second call joins the first. */
  #drive(): Promise<void> {
    this.#driving ??= this.#driveAll().finally(() => {
      this.#driving = undefined
    })
    return this.#driving
  }

  async #driveAll(): Promise<void> {
    for (;;) {
      const ready = runnable(this.#store.openOperations()).slice(0, SIDE_BY_SIDE)
      if (ready.length === 0) return
      const results = await Promise.allSettled(ready.map((operation) => this.#carryOut(operation)))
      const failed = results.find((result) => result.status === 'rejected')
      // The alarm tries again, with backoff; the steps done so far may be repeated.
      if (failed) throw failed.reason
    }
  }

  async #carryOut(operation: MergeOperation): Promise<void> {
    await carryOutMerge(operation, this.#port())
    this.#store.finish(operation.seq)
  }

  #port(): MergePort<string> {
    const at = (id: CanonicalId) => profileStub(this.env, this.#workspace, id)
    return {
      prepare: (winner, operation) => at(winner).prepare(operation),
      handOver: (loser, operation, cursor) => at(loser).handOver(operation, cursor),
      stage: (winner, operation, page, index, last) => at(winner).stage(operation, page, index, last),
      forget: (loser, operation) => at(loser).forget(operation),
    }
  }
}

function mint(): CanonicalId {
  return canonicalId(Date.now(), crypto.getRandomValues(new Uint8Array(10)))
}

function mergeDocument(operation: MergeOperation): MergeDocument {
  const { kind, messageId, at } = operation.cause
  return {
    mergeId: `mrg_${operation.seq}`,
    winner: operation.winner,
    loser: operation.loser,
    at: toIso(at),
    cause: { kind, ...(messageId === undefined ? {} : { messageId }), at: toIso(at) },
  }
}
