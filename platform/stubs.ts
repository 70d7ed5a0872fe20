import type { IdentityGraphObject, MeterObject, ProfileObject } from '../durable-objects/index.ts'
import { hash53 } from '../shared/kernel/hash.ts'
import type { CanonicalId } from '../shared/kernel/id.ts'

/**
 * The only way to a Durable Object: one function per class. Names start with the workspace, so that no workspace can
 * name another's objects; placement (jurisdiction, location hint) will be decided here and nowhere else.
 */
export function profileStub(env: Env, workspace: string, id: CanonicalId): Remote<ProfileObject> {
  return env.PROFILES.getByName(`${workspace}/${id}`) as unknown as Remote<ProfileObject>
}

export function identityStub(env: Env, workspace: string): Remote<IdentityGraphObject> {
  return env.IDENTITY.getByName(workspace) as unknown as Remote<IdentityGraphObject>
}

/**
 * The meters of a workspace: a request has one, by its id, so that a message delivered again, by whichever queue, finds
 * the meter that counted it. Every batch writes a row in each meter it touches, so there are no more than the traffic
 * needs: one takes some 500 batches of 100 messages a second, as much as ten queue shards deliver.
 */
export const METERS: readonly string[] = ['0']

export function meterOf(requestId: string): string {
  return METERS[hash53(requestId) % METERS.length] as string
}

export function meterStub(env: Env, workspace: string, meter: string): Remote<MeterObject> {
  return env.METERS.getByName(`${workspace}/${meter}`) as unknown as Remote<MeterObject>
}

/**
 * An object's methods as callers see them. All of ours are async and take and give plain data, so over RPC they are
 * what they are; the platform's own mapped type recurses without end on JSON values.
 */
export type Remote<T> = DurableObjectStub & {
  [K in keyof T as T[K] extends (...args: never[]) => Promise<unknown> ? K : never]: T[K]
}

/** The workspace and the rest of an object's own name. */
export function nameParts(name: string): { readonly workspace: string; readonly rest: string } {
  const slash = name.indexOf('/')
  return slash === -1 ? { workspace: name, rest: '' } : { workspace: name.slice(0, slash), rest: name.slice(slash + 1) }
}
