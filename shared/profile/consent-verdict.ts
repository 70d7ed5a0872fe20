import type { ConsentSettings } from '../consent/consent-settings.ts'
import { type ConsentQuestion, type ConsentVerdict, consentDecision } from '../consent/decision.ts'
import { regionOf } from '../consent/region.ts'
import { consentsOf } from './consents.ts'
import { traitOf } from './person.ts'
import type { ProfileState } from './state.ts'

/** The decision at the moment of sending, of the person as they are now. */
export function consentVerdict(
  state: ProfileState,
  policy: ConsentSettings,
  question: ConsentQuestion,
  now: number,
): ConsentVerdict {
  const region = regionOf((name) => traitOf(state, name)?.value)
  return consentDecision(policy, { consents: Object.fromEntries(consentsOf(state)), region }, question, now)
}
