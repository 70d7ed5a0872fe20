import type { CanonicalId } from '../kernel/id.ts'
import type { Definitions } from './definitions.ts'
import type { ProfileDocument } from './document.ts'
import { History } from './history.ts'
import { personOf } from './person.ts'
import { splitLeaves } from './release.ts'
import { decodeState, emptyState, encodeState, type ProfileState } from './state.ts'
import { entryOf, type Timeline } from './timeline.ts'
import { profileDocument } from './view.ts'

export interface Split {
  readonly left: ProfileDocument
  readonly right: ProfileDocument
}

interface SplitRequest {
  readonly to: CanonicalId
  readonly leaves: readonly CanonicalId[]
  readonly now: number
  /** Undefined when the configuration cannot be read: segments are then shown as they are. */
  readonly definitions: Definitions | undefined
}

/** Characters of events looked at in one step. */
const STEP = 500_000

/** How a profile would look as two, each evaluated by itself. Reads only; both sides are copies. */
export function previewSplit(state: ProfileState, timeline: Timeline, request: SplitRequest): Split {
  const copy = decodeState(encodeState(state))
  const { taken, left } = splitLeaves(copy.leaves, request.leaves)
  const rows = { left: [] as ReturnType<typeof entryOf>[], right: [] as ReturnType<typeof entryOf>[] }
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = timeline.page(cursor, STEP)
    for (const row of page.rows) rows[row.leaf in taken ? 'right' : 'left'].push(entryOf(row))
    cursor = page.next
  }
  return {
    left: sideOf({ ...copy, leaves: left }, rows.left, request),
    right: sideOf(
      { ...emptyState(state.workspace, request.to), asOf: copy.asOf, floor: copy.floor, leaves: taken },
      rows.right,
      request,
    ),
  }
}

function sideOf(
  state: ProfileState,
  rows: ReturnType<typeof entryOf>[],
  { now, definitions }: SplitRequest,
): ProfileDocument {
  const document = profileDocument(state, { meta: false })
  if (!definitions) return document
  const person = personOf(state, new History(rows), definitions.surroundings)
  const segments = [...definitions.all]
    .filter((definition) => definition.prepared.evaluate(person, now).member === true)
    .map(({ key }) => ({ key, since: document.segments.find((one) => one.key === key)?.since ?? document.lastSeen }))
  return { ...document, segments }
}
