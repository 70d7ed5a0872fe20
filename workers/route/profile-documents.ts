import { profileStub } from '../../platform/stubs.ts'
import type { CanonicalId } from '../../shared/kernel/id.ts'
import type { ProfileDocument } from '../../shared/profile/document.ts'
import type { Call } from '../http/serve.ts'

/** How many objects are asked at once; locally each one that is open costs three files. */
const AT_ONCE = 20

/**
 * The profiles with these ids, as they stand now. Who was merged away or erased since the ids were found is left out:
 * the profile knows, an index only remembers.
 */
export async function profileDocuments(
  { env, workspace }: Call,
  ids: readonly CanonicalId[],
): Promise<readonly ProfileDocument[]> {
  const found: ProfileDocument[] = []
  for (let i = 0; i < ids.length; i += AT_ONCE) {
    const reads = ids.slice(i, i + AT_ONCE).map((id) => profileStub(env, workspace, id).read({ meta: false }))
    for (const read of await Promise.all(reads)) if (read.kind === 'found') found.push(read.value)
  }
  return found
}
