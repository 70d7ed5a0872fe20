import { identityStub } from '../../platform/stubs.ts'
import { readProfileIdentity } from '../../shared/contract/read-profile-identity.ts'
import { identifierName } from '../../shared/identity/identifier.ts'
import { ok } from '../../shared/kernel/result.ts'
import { allLinks, shortestPath } from '../../shared/profile/why-one.ts'
import { type Call, serve } from '../http/serve.ts'
import { identifierIn, readFrom } from './find-profile.ts'

/** Identifiers and links are the profile's; the merges are the graph's, which decided them. */
export const readProfileIdentityRoute = serve(readProfileIdentity, async ({ params, query }, call) => {
  const found = await readFrom(params.ref, call, (stub) => stub.identity())
  if (!found.ok) return found
  const merges = await identityStub(call.env, call.workspace).mergesOf(found.value.id)
  const { identifiers, leaves } = found.value.value
  const links = allLinks(found.value.value, merges)
  if (query.from === undefined || query.to === undefined) return ok({ identifiers, leaves, links, merges })
  const [from, to] = await Promise.all([query.from, query.to].map((ref) => nameOf(ref, call)))
  return ok({ identifiers, leaves, links, merges, path: shortestPath(links, from as string, to as string) })
})

/** A reference in its normal form; one that can be none leads nowhere. */
async function nameOf(ref: string, { env, workspace }: Call): Promise<string> {
  const identifier = await identifierIn(ref, env, workspace)
  return identifier ? identifierName(identifier) : ref
}
