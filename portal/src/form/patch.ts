/**
 * What a `PUT` has to name so that settings become what the form says: `null` takes away what is there and was emptied.
 * Secrets that stay are not named.
 */
export function patchOf(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  secrets: readonly string[] = [],
): Record<string, unknown> {
  const gone = Object.keys(before).filter((name) => !(name in after) && !secrets.includes(name))
  return { ...after, ...Object.fromEntries(gone.map((name) => [name, null])) }
}
