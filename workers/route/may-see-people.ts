import { grantOf } from '../../platform/token-grant.ts'
import { isGranted } from '../../shared/contract/granted.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import type { Call } from '../http/serve.ts'

/** Of operations that show what somebody did beside what they are about: whoever may not read people does not see it. */
export async function maySeePeople({ env, workspace, tokenId, now }: Call): Promise<Result<null, Failure>> {
  const grant = await grantOf(env, workspace, tokenId, now)
  if (grant && isGranted(grant.scopes, 'profiles:read')) return ok(null)
  return err(failure('forbidden', 'this shows an event of a person: the token also needs the scope profiles:read'))
}
