import { type Condition, childrenOf } from './condition.ts'
import { fold, kindOf } from './kinds.ts'

/**
 * A condition as one plain English phrase on one line, for the portal and the audit log:
 * `plan is "pro" and not ("Order Completed" happened at least once in the last 7 days)`.
 */
export function sentence(condition: Condition): string {
  const top = fold<Phrase>(condition, (node, children) => ({
    text: kindOf(node).sentence(
      node,
      children.map((child) => (child.joins && node.type !== 'not' ? `(${child.text})` : child.text)),
    ),
    joins: childrenOf(node).length > 1,
  }))
  return top.text
}

interface Phrase {
  readonly text: string
  /** Joins several phrases, so that it needs parentheses inside of another. */
  readonly joins: boolean
}
