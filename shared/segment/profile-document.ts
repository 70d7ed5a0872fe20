import type { ConsentStatus } from '../consent/consent.ts'
import type { JsonValue } from '../kernel/json.ts'

export { CONSENT_KINDS, type ConsentKind, consentKey } from '../consent/consent.ts'

/**
 * A profile as an audience shard holds it: what conditions can be decided from without the timeline. Plain JSON.
 * `document-view.ts` shows it to the evaluator, which then decides like the profile itself, or says `unknown`.
 */
export interface ProfileDocument {
  /** Canonical ID. */
  readonly id: string
  readonly workspace: string
  /** Rises with every write of the profile; a greater one replaces a lesser one, and versions never restart. */
  readonly version: number
  /** Greatest configuration version the profile was evaluated with. */
  readonly configVersion: number
  /** Present traits by top-level name: deleted ones are not here. */
  readonly traits: { readonly [name: string]: DocumentTrait }
  /** Values by identifier type, in the order in which they were first seen. */
  readonly identifiers: { readonly [type: string]: readonly string[] }
  /**
   * How often each counted event happened (tracks by name, `$page`, `$screen`), by bucket: `d<day>` (days since 1970,
   * UTC) or `m<month>` (months since 1970). Names beyond a profile's limit are counted together under `other`.
   */
  readonly counters: { readonly [name: string]: { readonly [bucket: string]: number } }
  /** Segments that the person is in, as last told, by key: since when (epoch milliseconds). */
  readonly memberships: { readonly [key: string]: number }
  /** By `channel:email`, `purpose:marketing`: see `consentKey`. What is not here is unset. */
  readonly consents: { readonly [key: string]: Consent }
  /** Computed traits by key. One that is not here is not known. */
  readonly computed: { readonly [key: string]: DocumentComputed }
  /** Event times, epoch milliseconds. */
  readonly firstSeen: number
  readonly lastSeen: number
}

export interface DocumentTrait {
  readonly value: JsonValue
  /** Event time of the write, epoch milliseconds. */
  readonly at: number
}

export interface DocumentComputed {
  /** Null: there is no value. */
  readonly value: JsonValue
  /** When time alone changes the value next; null when it does not. */
  readonly until: number | null
}

/** The present state of one channel or purpose in the ledger of consent. */
export interface Consent {
  readonly status: ConsentStatus
  readonly at: number
  /** From then on nothing is said any more; epoch milliseconds. */
  readonly until?: number
}
