import { z } from 'zod'
import { toIso } from '../../kernel/instant.ts'
import { LIMITS } from '../../kernel/limits.ts'
import type { Kind } from '../kind.ts'
import { type ConsentKind, consentKey } from '../profile-document.ts'
import { NO_CHANGE, switching } from '../signal.ts'
import { named } from '../words.ts'

const Name = z.string().min(1, 'must not be empty').max(LIMITS.nameChars)

/**
 * The present state of the ledger: `{ "type": "consent", "channel": "email", "status": "granted" }`, or with `purpose`
 * in place of `channel`. `unset` while the person said nothing.
 */
export const ConsentCondition = z
  .strictObject({
    type: z.literal('consent'),
    channel: Name.optional(),
    purpose: Name.optional(),
    status: z.enum(['granted', 'denied', 'withdrawn', 'unset']),
  })
  .superRefine(({ channel, purpose }, context) => {
    if ((channel === undefined) !== (purpose === undefined)) return
    const message = channel === undefined ? 'is required, or `purpose`' : 'must not stand beside `purpose`'
    context.addIssue({ code: 'custom', path: ['channel'], message })
  })
  .meta({ description: 'What the person said about a channel or a purpose' })
export type ConsentCondition = z.infer<typeof ConsentCondition>

export const consent: Kind<ConsentCondition> = {
  prepare(condition) {
    const [kind, name] = about(condition)
    return ({ person }) => {
      const found = person.consent(kind, name)
      const unset = condition.status === 'unset'
      return switching((found?.status ?? 'unset') === condition.status, found?.until ?? NO_CHANGE, unset)
    }
  },
  reads: (condition) => ({ consents: [consentKey(...about(condition))] }),
  sentence(condition) {
    const [kind, name] = about(condition)
    return `consent to ${kind} ${named(name)} is ${condition.status}`
  },
  evidence(condition, { person, now }) {
    const [kind, name] = about(condition)
    const found = person.consent(kind, name)
    const until = found?.until ?? NO_CHANGE
    return {
      [kind]: name,
      status: now < until ? (found?.status ?? 'unset') : 'unset',
      ...(found && { at: toIso(found.at) }),
      ...(until < NO_CHANGE && { until: toIso(until) }),
    }
  },
}

function about({ channel, purpose }: ConsentCondition): [ConsentKind, string] {
  return channel === undefined ? ['purpose', purpose as string] : ['channel', channel]
}
