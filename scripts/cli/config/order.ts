import type { JsonObject } from '../../../shared/kernel/json.ts'
import { parseCondition } from '../../../shared/segment/condition.ts'
import { readsOf } from '../../../shared/segment/reads.ts'
import type { Change } from './difference.ts'
import { KINDS } from './kinds.ts'
import type { State } from './state.ts'

/**
 * The order in which changes can be carried out: what is named is there before what names it, and gone after it. Settings
 * of the workspace come after the sources they may name.
 */
export function inOrder(changes: readonly Change[], present: State, wanted: State): readonly Change[] {
  const sections = ['sources', 'workspace', ...KINDS.map(({ section }) => section).filter((one) => one !== 'sources')]
  const made = changes.filter(({ kind }) => kind !== 'delete')
  const gone = changes.filter(({ kind }) => kind === 'delete')
  const depthIn = (state: State) => {
    const depths = segmentDepths(state)
    return ({ section, name }: Change) => (section === 'segments' ? (depths.get(name) ?? 0) : 0)
  }
  const sorted = (some: readonly Change[], depth: (change: Change) => number) =>
    some.toSorted(
      (a, b) =>
        sections.indexOf(a.section) - sections.indexOf(b.section) || depth(a) - depth(b) || (a.name < b.name ? -1 : 1),
    )
  // What stays may read what goes only until it is changed itself.
  return [...sorted(made, depthIn(wanted)), ...sorted(gone, depthIn(present)).reverse()]
}

/** How many segments a segment stands on, one upon the other. */
function segmentDepths(state: State): ReadonlyMap<string, number> {
  const reads = new Map((state['segments'] ?? []).map(({ name, fields }) => [name, segmentsReadBy(fields)]))
  const depths = new Map<string, number>()
  const depthOf = (name: string, trail: readonly string[]): number => {
    const known = depths.get(name)
    if (known !== undefined) return known
    if (trail.includes(name)) return 0 // a cycle, which the API will refuse
    const depth = Math.max(-1, ...(reads.get(name) ?? []).map((read) => depthOf(read, [...trail, name]))) + 1
    depths.set(name, depth)
    return depth
  }
  for (const name of reads.keys()) depthOf(name, [])
  return depths
}

function segmentsReadBy({ condition }: JsonObject): readonly string[] {
  const parsed = parseCondition(condition)
  return parsed.ok ? readsOf(parsed.value).segments : []
}
