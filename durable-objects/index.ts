/** The Durable Object classes of the program. Each is a shell around a pure module of shared/. */
export { IdentityGraphObject } from './identity-graph-object.ts'
export { MeterObject } from './meter-object.ts'
export { ProfileObject } from './profile-object.ts'
