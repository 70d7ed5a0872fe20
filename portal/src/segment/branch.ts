import { isObject, type JsonObject, type JsonValue } from '../../../shared/kernel/json.ts'

/**
 * A condition as the builder holds it: branches with an identity of their own, so that one keeps the focus while
 * others come and go, and `not` as a sign on what it negates rather than a box around it. What a leaf says stays the
 * JSON that it is, finished or not: `parseCondition` says what is missing, and nothing is lost on the way.
 */
export type Branch = Group | Leaf

interface Sign {
  readonly id: string
  /** How many times it is negated. */
  readonly nots: number
}

export interface Group extends Sign {
  readonly join: 'and' | 'or'
  readonly items: readonly Branch[]
}

export interface Leaf extends Sign {
  readonly fields: Fields
}

/** With a `type`, like every condition. */
export type Fields = JsonObject

let made = 0

function newId(): string {
  made += 1
  return `b${made}`
}

export function isGroup(branch: Branch): branch is Group {
  return 'items' in branch
}

export function leafOf(fields: Fields): Leaf {
  return { id: newId(), nots: 0, fields }
}

export function groupOf(join: Group['join'], items: readonly Branch[]): Group {
  return { id: newId(), nots: 0, join, items }
}

/** @law Every valid condition comes back from the builder as it went in. */
export function branchOf(condition: JsonValue): Branch {
  const fields = isObject(condition) ? condition : {}
  const { type, conditions, condition: inner } = fields
  if (type === 'not' && isObject(inner)) {
    const branch = branchOf(inner)
    return { ...branch, nots: branch.nots + 1 }
  }
  if ((type === 'and' || type === 'or') && Array.isArray(conditions)) return groupOf(type, conditions.map(branchOf))
  return leafOf(fields)
}

export function conditionOf(branch: Branch): JsonObject {
  let condition: JsonObject = isGroup(branch)
    ? { type: branch.join, conditions: branch.items.map(conditionOf) }
    : branch.fields
  for (let i = 0; i < branch.nots; i++) condition = { type: 'not', condition }
  return condition
}

/** Where the inside of a branch stands in the JSON, given where the branch does: `condition.condition.`. */
export function insideOf(branch: Branch, path: string): string {
  return `${path}${'condition.'.repeat(branch.nots)}`
}
