/** Thrown by the platform, not by our code: the object moved, is overloaded, or the connection broke. Worth waiting for. */
export function isTransient(fault: unknown): boolean {
  const { retryable, overloaded } = (fault ?? {}) as { readonly retryable?: boolean; readonly overloaded?: boolean }
  return retryable === true || overloaded === true
}
