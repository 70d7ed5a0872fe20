/** The Durable Object classes of the program. Each is a shell around a pure module of shared/. */
export { AudienceShardObject, type ShardPreview } from './audience-shard-object.ts'
export type { PlacedMember, PlacedPerson, Search } from './audience-shard-queries.ts'
export { HookTokensObject } from './hook-tokens-object.ts'
export { IdentityGraphObject } from './identity-graph-object.ts'
export { type MatchPerson, type MatchRecord, MatchShardObject, type Neighbour } from './match-shard-object.ts'
export { MeterObject } from './meter-object.ts'
export { ProfileObject } from './profile-object.ts'
export { TraceObject } from './trace-object.ts'
