import { z } from 'zod'
import { CONSENT_LIMITS } from '../consent/consent.ts'
import { ConsentInput, ConsentsDocument } from '../consent/document.ts'
import { defineContract } from './contract.ts'
import { ProfileReference } from './profile-reference.ts'

export const setConsents = defineContract({
  name: 'setConsents',
  method: 'put',
  path: '/api/v1/profiles/{ref}/consents',
  group: 'Profiles',
  scope: 'profiles:write',
  summary: 'Write consents into the ledger',
  description:
    'What is named changes, what is not named stays; of two the later `at` stands. The answer is the present state. It is ' +
    'an event like any other (`Consent Updated`), readable at once. With an `at` for every name, or an `Idempotency-Key`, ' +
    'the call may be repeated.',
  params: ProfileReference,
  body: z
    .record(z.string().min(1).max(CONSENT_LIMITS.nameChars), ConsentInput)
    .refine((consents) => Object.keys(consents).length > 0, 'must name a channel or purpose')
    .refine(
      (consents) => Object.keys(consents).length <= CONSENT_LIMITS.namesAtOnce,
      `must not name more than ${CONSENT_LIMITS.namesAtOnce}`,
    ),
  reply: ConsentsDocument,
  failures: ['not_found', 'unprocessable', 'unavailable'],
})
