import { ConsentSettings } from '../consent/consent-settings.ts'
import type { ConsentQuestion } from '../consent/decision.ts'
import type { JsonObject } from '../kernel/json.ts'
import { consentVerdict } from '../profile/consent-verdict.ts'
import { type EventSource, personOf } from '../profile/person.ts'
import type { ProfileState } from '../profile/state.ts'
import { profileDocument } from '../profile/view.ts'
import type { Condition } from '../segment/condition.ts'
import { prepare } from '../segment/evaluate.ts'
import type { Surroundings } from '../segment/surroundings.ts'
import type { DeliveryPerson } from './delivery.ts'
import type { DestinationRules } from './destination-config.ts'
import type { Told } from './effect-delivery.ts'

/** What a destination asks a profile, once per send. */
export interface SendQuestion {
  readonly condition?: Condition | undefined
  readonly consent?: ConsentQuestion | undefined
}

/** The answer is the record: what was sent was sent because of it. */
export interface SendAnswer {
  readonly person: DeliveryPerson
  /** Segments that the person is in, as last told. */
  readonly segments: readonly string[]
  readonly meetsCondition: boolean
  readonly consents: boolean
  /** Names that were not consented to, and what decided: `email: withdrawn`. */
  readonly because: string
}

export interface SendContext {
  readonly now: number
  readonly surroundings?: Surroundings | undefined
  /** Unset: silence is no consent. */
  readonly policy?: ConsentSettings | undefined
}

const NO_POLICY = ConsentSettings.parse({})

export function sendAnswer(
  state: ProfileState,
  history: EventSource,
  { condition, consent }: SendQuestion,
  { now, surroundings, policy = NO_POLICY }: SendContext,
): SendAnswer {
  const { id, identifiers, traits, segments } = profileDocument(state, { meta: false })
  const verdict = consent && consentVerdict(state, policy, consent, now)
  return {
    // Documents are plain JSON.
    person: { id, identifiers: identifiers as unknown as readonly JsonObject[], traits: traits as JsonObject },
    segments: segments.map(({ key }) => key),
    meetsCondition: !condition || prepare(condition).member(personOf(state, history, surroundings), now) === true,
    consents: verdict?.allowed ?? true,
    because: (verdict?.because ?? [])
      .filter(({ allowed }) => !allowed)
      .map(({ name, by }) => `${name}: ${by}`)
      .join(', '),
  }
}

/** Why this is not sent to this person now; undefined when it is. */
export function heldBack(rules: DestinationRules, told: Told, answer: SendAnswer): string | undefined {
  const { segments } = rules.filter
  const isMember = !segments || told.segment !== undefined || segments.some((key) => answer.segments.includes(key))
  if (!isMember) return 'filter.segments'
  if (!answer.meetsCondition) return 'filter.condition'
  return answer.consents ? undefined : `consent (${answer.because})`
}
