import type { JsonValue } from '../../../shared/kernel/json.ts'
import { type Branch, type Fields, type Group, groupOf, isGroup } from './branch.ts'

/** Changes of a tree of conditions: each gives a new tree and leaves the old one, so that any change can be undone. */
export function changeBranch(root: Branch, id: string, change: (branch: Branch) => Branch): Branch {
  if (root.id === id) return change(root)
  if (!isGroup(root)) return root
  return { ...root, items: root.items.map((item) => changeBranch(item, id, change)) }
}

export function negate(root: Branch, id: string): Branch {
  return changeBranch(root, id, (branch) => ({ ...branch, nots: branch.nots > 0 ? branch.nots - 1 : 1 }))
}

/** A field of a leaf; undefined takes it away, because absent is what JSON has. */
export function withField(fields: Fields, name: string, value: JsonValue | undefined): Fields {
  const { [name]: _, ...rest } = fields
  return value === undefined ? rest : { ...fields, [name]: value }
}

/** At the end of a group; whatever else stands there is put into one together with it. */
export function addTo(root: Branch, id: string, added: Branch): Branch {
  return changeBranch(root, id, (branch) =>
    isGroup(branch) ? { ...branch, items: [...branch.items, added] } : groupOf('and', [branch, added]),
  )
}

/** Undefined when nothing is left. A group of one says no more than the one, which then stands in its place. */
export function removeBranch(root: Branch, id: string): Branch | undefined {
  if (root.id === id) return undefined
  if (!isGroup(root)) return root
  const items = root.items.flatMap((item) => removeBranch(item, id) ?? [])
  if (items.length === root.items.length) return { ...root, items }
  const [only] = items
  if (only === undefined) return undefined
  return items.length === 1 ? { ...only, nots: only.nots + root.nots } : { ...root, items }
}

/** One place up or down among its neighbours. */
export function moveBranch(root: Branch, id: string, by: -1 | 1): Branch {
  if (!isGroup(root)) return root
  const at = root.items.findIndex((item) => item.id === id)
  if (at === -1) return { ...root, items: root.items.map((item) => moveBranch(item, id, by)) }
  const neighbour = root.items[at + by]
  if (!neighbour) return root
  const items = root.items.with(at, neighbour).with(at + by, root.items[at] as Branch)
  return { ...root, items }
}

/** Puts a branch into a group of its own, so that more can stand beside it. */
export function wrapBranch(root: Branch, id: string, join: Group['join'], beside: Branch): Branch {
  return changeBranch(root, id, (branch) => groupOf(join, [branch, beside]))
}

/** The group that a branch stands in. */
export function groupAround(root: Branch, id: string): Group | undefined {
  if (!isGroup(root)) return undefined
  if (root.items.some((item) => item.id === id)) return root
  return root.items.map((item) => groupAround(item, id)).find((group) => group !== undefined)
}
