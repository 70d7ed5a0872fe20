import { ConfigStore } from '../../platform/config-store.ts'
import type { WorkspaceConfig } from '../../shared/config/workspace-config.ts'
import type { Cause } from '../../shared/identity/graph.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import type { CanonicalId } from '../../shared/kernel/id.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import type { Call } from '../http/serve.ts'
import { readFrom } from './find-profile.ts'

/** The two people that a decision is about, found by their references. */
export async function pairOf(
  a: string,
  b: string,
  call: Call,
): Promise<Result<{ readonly a: CanonicalId; readonly b: CanonicalId; readonly config: WorkspaceConfig }, Failure>> {
  const [left, right] = await Promise.all(
    [a, b].map((ref) => readFrom(ref, call, (stub) => stub.read({ meta: false }))),
  )
  if (!left?.ok) return left as Result<never, Failure>
  if (!right?.ok) return err(failure('not_found', `there is no profile ${b}`))
  const config = await new ConfigStore(call.env.DB).workspace(call.workspace)
  if (config === 'unknown' || config === 'unreadable') return err(failure('unavailable', 'the settings cannot be read'))
  return ok({ a: left.value.id, b: right.value.id, config })
}

export function personCause({ now, tokenId }: Call): Cause {
  return { kind: 'person', at: now, by: tokenId }
}
