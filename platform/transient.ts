/** Thrown by the platform, not by our code: an object moved, a store is overloaded, or the connection broke. Worth waiting for. */
export function isTransient(fault: unknown): boolean {
  const { retryable, overloaded } = (fault ?? {}) as { readonly retryable?: boolean; readonly overloaded?: boolean }
  return retryable === true || overloaded === true || isStoreFault(fault)
}

/** It has more to do than it can: a hot object, a database with a queue before it, too many writes of one key in R2. */
export function isOverload(fault: unknown): boolean {
  const { overloaded } = (fault ?? {}) as { readonly overloaded?: boolean }
  const message = fault instanceof Error ? fault.message : ''
  return overloaded === true || /overloaded|\(10058\)$/.test(message)
}

/**
 * D1 and R2 throw plain errors, and say in words alone whose fault it was. A statement that D1 could not run ends in
 * SQLite's code for it, and is ours to mend; a database that was not reached, was reset or has too much to do has none.
 * What R2 says of a request that was wrong has other numbers than these: internal error, unavailable, timeout, too many.
 */
function isStoreFault(fault: unknown): boolean {
  const message = fault instanceof Error ? fault.message : ''
  if (/^D1(?:_ERROR| DB)/.test(message)) return !/SQLITE_(?!BUSY|LOCKED|FULL|IOERR|INTERRUPT|NOMEM)[A-Z]+/.test(message)
  return message.startsWith('Network connection lost') || /\((?:10001|10002|10043|10054|10058)\)$/.test(message)
}
