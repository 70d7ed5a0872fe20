import { keyedBy } from '../../platform/erased-person.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import type { Call } from '../http/serve.ts'
import { identifierIn, readFrom } from './find-profile.ts'

/**
 * The people that a filter of the archive names. An identifier that is nobody's is asked for as well: of somebody of whom a
 * stage refused every event there is no profile yet, and those are the events that are to be replayed.
 */
export async function peopleAsked(
  refs: readonly string[],
  call: Call,
): Promise<Result<{ profiles: string[]; keys: string[] }, Failure>> {
  const { env, workspace } = call
  const keyOf = keyedBy(env, workspace)
  const profiles: string[] = []
  const keys: string[] = []
  for (const [i, ref] of refs.entries()) {
    const found = await readFrom(ref, call, (stub) => stub.scope())
    const identifier = await identifierIn(ref, env, workspace)
    if (identifier) keys.push(keyOf(identifier))
    if (found.ok) {
      const { leaves, identifiers } = found.value.value
      profiles.push(found.value.id, ...leaves)
      keys.push(...identifiers.map(keyOf))
    } else if (!identifier || found.failure.code !== 'not_found') {
      return err(failure('unprocessable', 'there is no such profile', [{ path: `filter.profiles.${i}`, message: ref }]))
    }
  }
  return ok({ profiles, keys: [...new Set(keys)] })
}
