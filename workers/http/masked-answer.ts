import { maskOptionsOf } from '../../platform/mask-options.ts'
import type { Contract } from '../../shared/contract/contract.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import type { JsonValue } from '../../shared/kernel/json.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import { type MaskOptions, masked } from '../../shared/masking/mask.ts'
import { withoutAddresses } from '../../shared/masking/mask-text.ts'
import type { Caller } from './authenticate-token.ts'

/**
 * Where personal values are masked: at the border, for every operation that does not say otherwise, so that a new one shows
 * nothing to who must not see it. What is no JSON cannot be masked and is refused.
 */
const REFUSED = failure('forbidden', 'personal values are masked for your role, and this shows them whole')
const UNREADABLE = failure('unavailable', 'what is personal in this workspace cannot be read at the moment')

export function mayAsk({ masking }: Contract, caller: Pick<Caller, 'masked'>): Result<null, Failure> {
  return caller.masked && masking === 'refused' ? err(REFUSED) : ok(null)
}

export async function answerFor<T>(
  contract: Contract,
  answer: Result<T, Failure>,
  env: Env,
  { workspace, masked: isMasked }: Caller,
): Promise<Result<T, Failure>> {
  if (!isMasked || contract.masking === 'own') return answer
  if (!answer.ok) return err(maskedFailure(answer.failure))
  if (answer.value instanceof Response) return answer.value.body === null ? answer : err(REFUSED)
  const options = await maskOptionsOf(env, workspace)
  if (!options) return err(UNREADABLE)
  // The shape of a value stays when it is masked (a law of shared/masking).
  return ok(maskedValue(answer.value, { ...options, isSettings: contract.masking === 'settings' }) as T)
}

/** Of a handler's answer just what goes over the wire: a field that is undefined is none. */
function maskedValue(value: unknown, options: MaskOptions): JsonValue {
  const text = JSON.stringify(value)
  return text === undefined ? null : masked(JSON.parse(text) as JsonValue, options)
}

function maskedFailure({ detail, errors, ...rest }: Failure): Failure {
  const told = errors?.map(({ path, message }) => ({ path, message: withoutAddresses(message) }))
  return { ...rest, detail: withoutAddresses(detail), ...(told ? { errors: told } : {}) }
}
