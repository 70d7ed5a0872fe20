import { isObject } from '../../form/read-schema.ts'

/**
 * The merge patch (RFC 7396) that makes settings what a form says: what was emptied is null, which is its default again, and
 * what is as it was is not named.
 */
export function deepPatch(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>) {
  const patch: Record<string, unknown> = {}
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [was, is] = [before[name], after[name]]
    if (isObject(was) && isObject(is)) {
      const inner = deepPatch(was, is)
      if (Object.keys(inner).length > 0) patch[name] = inner
    } else if (is === undefined) {
      if (was !== undefined) patch[name] = null
    } else if (JSON.stringify(was) !== JSON.stringify(is)) patch[name] = is
  }
  return patch
}
