import type {
  AudienceShardObject,
  DeliveryLaneObject,
  HookTokensObject,
  IdentityGraphObject,
  LiveHubObject,
  MatchShardObject,
  MeterObject,
  PlanObject,
  ProfileObject,
  TraceObject,
} from '../durable-objects/index.ts'
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

/** The traces of a workspace: as many objects as its traffic needs; a batch goes to one of them, a reader asks all. */
export const TRACES: readonly string[] = ['0']

export function traceOf(requestId: string): string {
  return TRACES[hash53(requestId) % TRACES.length] as string
}

export function traceStub(env: Env, workspace: string, shard: string): Remote<TraceObject> {
  return env.TRACES.getByName(`${workspace}/${shard}`) as unknown as Remote<TraceObject>
}

/** Whoever watches a workspace's events: one object for all connections of the workspace, fed by the consumers. */
export function liveStub(env: Env, workspace: string): Remote<LiveHubObject> {
  return env.LIVE.getByName(workspace) as unknown as Remote<LiveHubObject>
}

/** How often events were as the workspace's tracking plans say; a consumer tells it only of events that are planned. */
export function planStub(env: Env, workspace: string): Remote<PlanObject> {
  return env.PLANS.getByName(workspace) as unknown as Remote<PlanObject>
}

/**
 * How many audience shards a workspace has: a setting of the deployment, AUDIENCE_SHARDS in wrangler.toml. People stay
 * where they are hashed to, so it may not be changed by hand once there are people.
 */
export function audienceShards(env: Env): number {
  return Number(env.AUDIENCE_SHARDS)
}

export function audienceStub(env: Env, workspace: string, shard: number): Remote<AudienceShardObject> {
  return env.AUDIENCES.getByName(`${workspace}/${shard}`) as unknown as Remote<AudienceShardObject>
}

/** The lanes of a destination: a person is always in the same one, which keeps their order. */
export const LANES = 4

export function laneOf(profile: string): number {
  return hash53(profile) % LANES
}

export function laneStub(env: Env, workspace: string, destination: string, lane: number): Remote<DeliveryLaneObject> {
  return env.DELIVERIES.getByName(`${workspace}/${destination}/${lane}`) as unknown as Remote<DeliveryLaneObject>
}

/** The used tokens of a webhook source, spread by token; there is nothing to be asked of all of them together. */
const TOKEN_SHARDS = 8

export function hookTokensStub(env: Env, workspace: string, source: string, token: string): Remote<HookTokensObject> {
  const shard = hash53(token) % TOKEN_SHARDS
  return env.HOOK_TOKENS.getByName(`${workspace}/${source}/${shard}`) as unknown as Remote<HookTokensObject>
}

/** The shares of a workspace's matching index: blocks by the hash of their key, people by that of their ID. */
export const MATCH_SHARDS: readonly string[] = ['0', '1', '2', '3']

export function matchStub(env: Env, workspace: string, shard: string): Remote<MatchShardObject> {
  return env.MATCHES.getByName(`${workspace}/${shard}`) as unknown as Remote<MatchShardObject>
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
