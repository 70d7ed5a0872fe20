import type { WorkspaceConfig } from '../shared/config/workspace-config.ts'
import type { Cause } from '../shared/identity/graph.ts'
import type { JoinRefusal } from '../shared/identity/join.ts'
import type { CanonicalId } from '../shared/kernel/id.ts'
import { identityStub } from './stubs.ts'

/**
 * What a person, or a rule, says about two profiles. Both are made of the present canonical IDs, or of ones that were
 * merged away, and both are safe to repeat.
 */

/** Must-link: the two are one. `same`: they were already. A person passes over limits and lifts cannot-links; a rule does not. */
export function mergeByDecision(
  env: Env,
  config: WorkspaceConfig,
  a: CanonicalId,
  b: CanonicalId,
  cause: Cause,
): Promise<{ readonly id: CanonicalId; readonly mergeId: string } | { readonly refusal: JoinRefusal | 'unknown' }> {
  return identityStub(env, config.id).join(config.settings.identity, a, b, cause)
}

/** Cannot-link: the two are never one by what arrives. `same`: they are already, so that a merge would have to be undone. */
export function keepApart(
  env: Env,
  config: WorkspaceConfig,
  a: CanonicalId,
  b: CanonicalId,
  cause: Cause,
): Promise<'apart' | 'same' | 'unknown'> {
  return identityStub(env, config.id).keepApart(a, b, cause)
}
