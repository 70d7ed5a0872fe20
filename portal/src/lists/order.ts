export interface Placed {
  readonly id: string
  readonly position: number
}

/** What has to have which position so that one thing moves by a place, in a list that is in its order: only what changes. */
export function movedBy(all: readonly Placed[], id: string, by: -1 | 1): readonly Placed[] {
  const from = all.findIndex((one) => one.id === id)
  const [one, other] = [all[from], all[from + by]]
  if (!one || !other) return []
  const areApart = new Set(all.map(({ position }) => position)).size === all.length
  if (areApart)
    return [
      { id: one.id, position: other.position },
      { id: other.id, position: one.position },
    ]
  // Where several have one position, something else decided between them: now all have their own.
  const moved = all.with(from, other).with(from + by, one)
  return moved.flatMap((each, position) => (each.position === position ? [] : [{ id: each.id, position }]))
}
