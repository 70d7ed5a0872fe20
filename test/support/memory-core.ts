import type { Envelope, EnvelopeItem } from '../../shared/event/normalize.ts'
import { normalize } from '../../shared/event/normalize.ts'
import type { Outcome } from '../../shared/event/outcome.ts'
import { validateItem } from '../../shared/event/validate-item.ts'
import type { MergeOperation } from '../../shared/identity/graph.ts'
import { identifierName, identifierOf, identifiersOf } from '../../shared/identity/identifier.ts'
import { IdentitySettings, usableIdentifiers } from '../../shared/identity/identity-settings.ts'
import { resolve } from '../../shared/identity/resolve.ts'
import type { CanonicalId } from '../../shared/kernel/id.ts'
import { applyItems } from '../../shared/profile/apply.ts'
import { Definitions } from '../../shared/profile/definitions.ts'
import { personOf } from '../../shared/profile/person.ts'
import type { PersonView } from '../../shared/segment/person-view.ts'
import type { Surroundings } from '../../shared/segment/surroundings.ts'
import { MemoryGraph } from './memory-graph.ts'
import { aMemoryProfile, forgetNow, type MemoryProfile, mergeNow } from './memory-profiles.ts'

/** The real pure core, end to end, in memory and at once: validation, normalisation, identity, merging, profile. */
export class MemoryCore {
  readonly #graph = new MemoryGraph()
  readonly #profiles = new Map<CanonicalId, MemoryProfile>()
  readonly #settings = IdentitySettings.parse({})
  readonly #definitions = new Definitions(1, [])
  #minted = 0
  #copies = 0

  receive(envelope: Envelope, item: EnvelopeItem): Outcome {
    const type = validateItem(item.body, undefined)
    if (!type.ok) return { kind: 'rejected', reason: type.failure.code }
    const event = normalize(envelope, item, type.value, { windowMs: 2_000, graceMs: 120_000 })
    const identifiers = usableIdentifiers(identifiersOf(event), this.#settings)
    if (identifiers.length === 0) return { kind: 'dropped', reason: 'no_usable_identifier' }
    const answer = resolve(
      this.#graph,
      this.#settings,
      {
        ids: identifiers.map((identifier) => ({ key: identifierName(identifier), type: identifier.type })),
        ...(event.previousId === undefined
          ? {}
          : { previous: { user: `user_id:${event.previousId}`, anonymous: `anonymous_id:${event.previousId}` } }),
        mayExceed: false,
        eventAt: event.timestamp,
        cause: { kind: 'message', messageId: event.messageId, at: event.receivedAt },
      },
      () => `prf_${String(++this.#minted).padStart(4, '0')}` as CanonicalId,
    )
    if (answer.kind !== 'resolved') throw new Error('nobody is ever split or erased here')
    for (const operation of this.#graph.openOperations()) this.#carryOut(operation as MergeOperation)
    const { state, timeline } = this.#at(answer.profile)
    const copyId = `copy-${++this.#copies}`
    const held = identifiers.flatMap((identifier, i) => {
      const leaf = answer.held[i]
      return leaf ? [{ ...identifier, leaf }] : []
    })
    const items = [{ copyId, origin: 'import' as const, leaf: answer.leaf, event, identifiers: held }]
    const settings = { windowMs: 2_000, profileRatePerMinute: 600 }
    const context = { now: event.receivedAt, settings, definitions: this.#definitions }
    return applyItems(state, timeline, items, context).outcomes[0] as Outcome
  }

  /** The person behind an identifier, as the evaluator sees them; undefined for nobody. */
  person(type: string, value: string, surroundings?: Surroundings): PersonView | undefined {
    const identifier = identifierOf(type, value)
    const leaf = identifier && this.#graph.leafOf(identifierName(identifier))
    if (!leaf) return undefined
    const { state, timeline } = this.#at(this.#graph.rootOf(leaf))
    return personOf(state, timeline.history, surroundings)
  }

  #at(id: CanonicalId) {
    let profile = this.#profiles.get(id)
    if (!profile) {
      profile = aMemoryProfile(id)
      this.#profiles.set(id, profile)
    }
    return profile
  }

  #carryOut(operation: MergeOperation): void {
    const [winner, loser] = [this.#at(operation.winner), this.#at(operation.loser)]
    mergeNow(winner, loser, operation)
    forgetNow(loser, operation.winner)
    this.#graph.finish(operation.seq)
  }
}
