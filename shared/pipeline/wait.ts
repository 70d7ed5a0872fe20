/** Why a copy cannot be decided in this delivery: its message goes back to its queue and comes again. */
export const WAITS = {
  overloaded: 'an object, D1 or R2 has more to do than it can',
  unreachable: 'an object, D1 or R2 was moved, reset, or the connection broke',
  profile_busy: 'the profile is being split or merged, or has too much to tell',
  profile_moving: 'the profile went elsewhere each time it was asked',
  configuration: 'the source, the workspace or its pipeline cannot be read',
  customer_code: 'a transformation hung, or there was no room for it',
  fault: 'something that is none of these, and is tried again',
} as const

export interface Wait {
  readonly for: keyof typeof WAITS
  /** For people. */
  readonly reason: string
}
