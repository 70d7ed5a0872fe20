import type { LinkDocument, MergeDocument } from './document.ts'
import type { IdentityParts } from './view.ts'

/**
 * Why are these one person? The links of messages, and of decisions: what a person or a rule joined has no message that
 * had both, so the decision itself stands for the link, between the strongest identifiers of the two.
 */
export function allLinks(
  { links, named }: Pick<IdentityParts, 'links' | 'named'>,
  merges: readonly MergeDocument[],
): LinkDocument[] {
  const decided = merges.flatMap(({ winner, loser, cause, undoneAt }) => {
    const [a, b] = [named[winner], named[loser]]
    const isDecision = cause.kind === 'person' || cause.kind === 'rule'
    return isDecision && undoneAt === undefined && a && b ? [{ a, b, cause }] : []
  })
  return [...links, ...decided]
}

/** The shortest chain of links between two identifiers (`type:value` in normal form), or null. Of equals, the oldest. */
export function shortestPath(links: readonly LinkDocument[], from: string, to: string): LinkDocument[] | null {
  const byEnd = new Map<string, LinkDocument[]>()
  for (const link of links) for (const end of [link.a, link.b]) byEnd.set(end, [...(byEnd.get(end) ?? []), link])
  const cameBy = new Map<string, LinkDocument | null>([[from, null]])
  for (let frontier = [from]; frontier.length > 0 && !cameBy.has(to); ) {
    const next: string[] = []
    for (const end of frontier) {
      for (const link of byEnd.get(end) ?? []) {
        const other = otherEnd(link, end)
        if (cameBy.has(other)) continue
        cameBy.set(other, link)
        next.push(other)
      }
    }
    frontier = next
  }
  if (!cameBy.has(to)) return null
  const path: LinkDocument[] = []
  for (let end = to; ; ) {
    const link = cameBy.get(end)
    if (!link) return path.reverse()
    path.push(link)
    end = otherEnd(link, end)
  }
}

function otherEnd(link: LinkDocument, end: string): string {
  return link.a === end ? link.b : link.a
}
