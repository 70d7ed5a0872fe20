import type { Located } from '../../durable-objects/identity-graph-object.ts'
import { ConfigStore } from '../../platform/config-store.ts'
import { identifierKey } from '../../platform/hashing.ts'
import { identityStub, profileStub } from '../../platform/stubs.ts'
import { type Identifier, identifierOf } from '../../shared/identity/identifier.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { type CanonicalId, isCanonicalId } from '../../shared/kernel/id.ts'
import { cleanText } from '../../shared/kernel/json.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import type { Read } from '../../shared/profile/document.ts'
import type { Call } from '../http/serve.ts'

type ProfileStub = ReturnType<typeof profileStub>

export interface Found<T> {
  readonly id: CanonicalId
  readonly value: T
}

const NOBODY = failure('not_found', 'there is no such profile')
/** A profile that was merged while we look leads on to another; a chain longer than this is being rewritten. */
const MOST_HOPS = 5

/**
 * Reads from the profile that `ref` names (`prf_…` or `type:value`): one question to the graph, one to the profile. A
 * malformed reference, somebody else's profile and nobody are the same answer.
 */
export async function readFrom<T>(
  ref: string,
  { env, workspace }: Call,
  read: (stub: ProfileStub) => Promise<Read<T>>,
): Promise<Result<Found<T>, Failure>> {
  let id = await locate(ref, env, workspace)
  for (let hop = 0; id !== null && hop <= MOST_HOPS; hop++) {
    const answer = await read(profileStub(env, workspace, id))
    if (answer.kind === 'found') return ok({ id, value: answer.value })
    id = answer.kind === 'moved' && isCanonicalId(answer.to) ? answer.to : null
  }
  // A chain that never ends is a merge in progress, not an absence.
  return err(id === null ? NOBODY : failure('unavailable', 'the profile is being merged; please try again'))
}

async function locate(ref: string, env: Env, workspace: string): Promise<CanonicalId | null> {
  const located = await locatedBy(ref, env, workspace)
  return located ? identityStub(env, workspace).locate(located) : null
}

/** The question to the graph that a reference is; undefined when it is malformed. */
export async function locatedBy(ref: string, env: Env, workspace: string): Promise<Located | undefined> {
  if (isCanonicalId(ref)) return { kind: 'id', id: ref }
  const identifier = await identifierIn(ref, env, workspace)
  if (!identifier) return undefined
  return { kind: 'identifier', key: identifierKey(env.IDENTITY_SECRET, workspace, identifier.type, identifier.match) }
}

/** The identifier that `type:value` names; a phone number as the workspace's country writes it. */
export async function identifierIn(ref: string, env: Env, workspace: string): Promise<Identifier | undefined> {
  const colon = ref.indexOf(':')
  if (colon === -1) return undefined
  const type = ref.slice(0, colon)
  const config = type === 'phone' ? await new ConfigStore(env.DB).workspace(workspace) : 'unknown'
  const country = typeof config === 'string' ? undefined : config.settings.identity.defaultCountry
  // Cleaned as a message is: what was sent with a NUL is kept without it.
  return identifierOf(type, cleanText(ref.slice(colon + 1)), country)
}
