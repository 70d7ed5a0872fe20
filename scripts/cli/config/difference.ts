import type { JsonObject } from '../../../shared/kernel/json.ts'
import { differences, type Difference as FieldChange } from '../../../shared/transform/changed-paths.ts'
import type { Entry, State } from './state.ts'

export type { FieldChange }

/** One thing that is not as the file has it. */
export interface Change {
  readonly kind: 'create' | 'change' | 'delete'
  readonly section: string
  readonly name: string
  readonly fields: readonly FieldChange[]
}

export interface Plan {
  readonly changes: readonly Change[]
  readonly unchanged: number
  /** What is there, in a section that the file has, and not in the file; with `prune` they are deletions instead. */
  readonly others: readonly { readonly section: string; readonly name: string }[]
}

export interface PlanRules {
  readonly prune: boolean
  /** Fields of a section that stay as they are where the file does not name them. */
  readonly loose: { readonly [section: string]: readonly string[] }
}

/**
 * What has to be done for the present to be as it is wanted. A section that is not wanted at all is left alone.
 *
 * - carried out, there is nothing left to do;
 * - the order of keys, of sections and of the things in them does not matter.
 */
export function planOf(present: State, wanted: State, { prune, loose }: PlanRules): Plan {
  const changes: Change[] = []
  const others: { section: string; name: string }[] = []
  let unchanged = 0
  for (const section of Object.keys(wanted).sort()) {
    const before = byName(present[section] ?? [])
    const after = byName(wanted[section] ?? [])
    for (const [name, fields] of after) {
      const old = before.get(name)
      const changed = differences(old === undefined ? {} : old, withLoose(fields, old, loose[section] ?? []))
      if (old === undefined) changes.push({ kind: 'create', section, name, fields: changed })
      else if (changed.length > 0) changes.push({ kind: 'change', section, name, fields: changed })
      else unchanged += 1
    }
    for (const [name, fields] of before) {
      if (after.has(name)) continue
      if (prune) changes.push({ kind: 'delete', section, name, fields: differences(fields, {}) })
      else others.push({ section, name })
    }
  }
  return { changes, unchanged, others }
}

function byName(entries: readonly Entry[]): ReadonlyMap<string, JsonObject> {
  return new Map(
    entries.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, fields }) => [name, fields] as const),
  )
}

/** What the file leaves open is as it is. */
function withLoose(fields: JsonObject, old: JsonObject | undefined, loose: readonly string[]): JsonObject {
  if (!old) return fields
  const kept = loose.filter((field) => fields[field] === undefined && old[field] !== undefined)
  return { ...fields, ...Object.fromEntries(kept.map((field) => [field, old[field]])) } as JsonObject
}
