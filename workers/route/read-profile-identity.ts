import { identityStub } from '../../platform/stubs.ts'
import { readProfileIdentity } from '../../shared/contract/read-profile-identity.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { readFrom } from './find-profile.ts'

/** Identifiers and links are the profile's; the merges are the graph's, which decided them. */
export const readProfileIdentityRoute = serve(readProfileIdentity, async ({ params }, call) => {
  const found = await readFrom(params.ref, call, (stub) => stub.identity())
  if (!found.ok) return found
  const merges = await identityStub(call.env, call.workspace).mergesOf(found.value.id)
  return ok({ ...found.value.value, merges })
})
