import type { Scope } from './contract.ts'

/**
 * What a token's list of scopes grants. The two wildcards hold scopes that are invented later, too: `*` is every scope,
 * `*:workspace` is everything inside the token's own workspace, which leaves out only `admin`.
 */
export const EVERY_SCOPE = '*'
export const EVERY_SCOPE_OF_WORKSPACE = '*:workspace'

export function isGranted(held: readonly string[], scope: Scope): boolean {
  if (held.includes(EVERY_SCOPE) || held.includes(scope)) return true
  return held.includes(EVERY_SCOPE_OF_WORKSPACE) && scope !== 'admin'
}

/**
 * The scopes wanted that a holder of `held` may not pass on, because he lacks them himself.
 * @law what a token made by a token grants, that one grants too
 */
export function notHeld(held: readonly string[], wanted: readonly string[]): readonly string[] {
  return wanted.filter((scope) => !mayPassOn(held, scope))
}

function mayPassOn(held: readonly string[], wanted: string): boolean {
  if (held.includes(EVERY_SCOPE)) return true
  if (wanted === EVERY_SCOPE) return false
  if (wanted === EVERY_SCOPE_OF_WORKSPACE) return held.includes(EVERY_SCOPE_OF_WORKSPACE)
  return isGranted(held, wanted as Scope) // a text that is no scope grants nothing, to nobody
}
