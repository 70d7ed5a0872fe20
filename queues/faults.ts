/** Telling broken machines from broken messages: the first is waited out, the second is buried. */

/** Thrown by the platform, not by our code: the object moved, is overloaded, or the connection broke. Worth waiting for. */
export function isTransient(fault: unknown): boolean {
  const { retryable, overloaded } = fault as { readonly retryable?: boolean; readonly overloaded?: boolean }
  return retryable === true || overloaded === true
}

export function reasonOf(fault: unknown): string {
  return fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault)
}

/** Attempts before a message is processed alone, and before what still fails in it is buried. */
export const ALONE_AFTER_ATTEMPTS = 3

/** Seconds until the next delivery: doubling, at most five minutes, spread so that a crowd does not return together. */
export function retryDelaySeconds(attempts: number, random: number): number {
  return Math.ceil(Math.min(300, 2 ** Math.min(attempts, 9)) * (0.5 + random / 2))
}
