/**
 * Why a copy cannot be decided in this delivery: its message goes back to its queue and comes again. `overloaded`: an object, D1
 * or R2 has more to do than it can; `unreachable`: it was moved, reset, or the connection broke; `profile_busy`: it is being
 * split, or has too much to tell; `profile_moving`: it went elsewhere each time it was asked; `configuration`: source, workspace
 * or pipeline cannot be read; `customer_code`: a transformation hung or has no room; `fault`: something that is no such thing, and is tried again.
 */
export const WAITS = [
  'overloaded',
  'unreachable',
  'profile_busy',
  'profile_moving',
  'configuration',
  'customer_code',
  'fault',
] as const

export interface Wait {
  readonly for: (typeof WAITS)[number]
  /** For people. */
  readonly reason: string
}
