import type { IdentityDocument, LinkDocument, MergeDocument } from '../../../../../shared/profile/document.ts'

/**
 * A person's identity as a graph: the IDs under which data arrived, their identifiers beside them, and between identifiers
 * what joined them, as bows at the side, so that no line runs through a box. The place of everything follows from the
 * document alone: nothing jumps.
 */
export interface Place {
  readonly x: number
  readonly y: number
}

export interface LeafNode {
  readonly id: string
  readonly at: Place
  readonly leaf: IdentityDocument['leaves'][number]
}

export interface IdentifierNode {
  readonly id: string
  readonly at: Place
  readonly identifier: IdentityDocument['identifiers'][number]
}

export interface Tie {
  readonly id: string
  readonly from: string
  readonly to: string
  /** `held`: it arrived under that ID. `link` and `merge` say why. */
  readonly what:
    | { readonly kind: 'held' }
    | { readonly kind: 'link'; readonly link: LinkDocument }
    | { readonly kind: 'merge'; readonly merge: MergeDocument }
}

export interface IdentityGraph {
  readonly height: number
  readonly leaves: readonly LeafNode[]
  readonly identifiers: readonly IdentifierNode[]
  readonly ties: readonly Tie[]
}

const COLUMN = 300
const ROW = 74
/** Between the identifiers of one leaf and the next. */
const GAP = 22
const INDENT = 28

/** On a narrow screen identifiers stand below their leaf, else beside it. */
export function graphOf(
  { identifiers: all, leaves, links, merges }: Omit<IdentityDocument, 'path'>,
  isNarrow = false,
): IdentityGraph {
  // Two that are masked may look alike: they are one box.
  const identifiers = [...new Map(all.map((one) => [one.ref, one])).values()]
  const groups = leaves.map((leaf) => ({
    leaf,
    // Of more than one leaf it stands with the oldest.
    below: identifiers.filter((one) => one.leaves[0] === leaf.id),
  }))
  let y = 0
  const placed = groups.map(({ leaf, below }) => {
    const head = isNarrow ? ROW : 0
    const top = y
    y += head + Math.max(isNarrow ? 0 : 1, below.length) * ROW + GAP
    const middle = isNarrow ? top : top + ((Math.max(1, below.length) - 1) * ROW) / 2
    const at = { x: 0, y: middle }
    return {
      leaf,
      at,
      below: below.map((one, row) => ({ one, at: { x: columnOf(isNarrow), y: top + head + row * ROW } })),
    }
  })
  const known = new Set([...identifiers.map(({ ref }) => ref), ...leaves.map(({ id }) => id)])
  const isHere = (...ends: readonly string[]) => ends.every((end) => known.has(end))
  return {
    height: Math.max(0, y - GAP),
    leaves: placed.map(({ leaf, at }) => ({ id: leaf.id, at, leaf })),
    identifiers: placed.flatMap(({ below }) => below.map(({ one, at }) => ({ id: one.ref, at, identifier: one }))),
    ties: [
      ...identifiers.flatMap(({ ref, leaves: held }) =>
        held
          .filter((leaf) => known.has(leaf))
          .map((leaf): Tie => ({ id: `held ${leaf} ${ref}`, from: leaf, to: ref, what: { kind: 'held' } })),
      ),
      ...links.flatMap((link): readonly Tie[] =>
        isHere(link.a, link.b) ? [{ id: linkId(link), from: link.a, to: link.b, what: { kind: 'link', link } }] : [],
      ),
      // What was undone joins nothing; the other side is another person.
      ...merges.flatMap((merge): readonly Tie[] =>
        merge.undoneAt === undefined && isHere(merge.winner, merge.loser)
          ? [{ id: merge.mergeId, from: merge.winner, to: merge.loser, what: { kind: 'merge', merge } }]
          : [],
      ),
    ],
  }
}

/** As the address names it. */
export function linkId({ a, b, cause }: LinkDocument): string {
  return `${a} ${b} ${cause.kind}`
}

function columnOf(isNarrow: boolean): number {
  return isNarrow ? INDENT : COLUMN
}
