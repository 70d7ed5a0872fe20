import { isObject } from '../kernel/json.ts'
import type { Row } from './columns.ts'
import { type Owners, ownerOf } from './owners.ts'

/** Who was in which segment, from when to when; still in: `exitedAt` null. By the present owner of the data. */
export interface Interval {
  readonly segment: string
  readonly profile: string
  readonly enteredAt: number
  readonly exitedAt: number | null
}

interface Change {
  readonly segment: string
  readonly profile: string
  readonly at: number
  readonly change: 'ENTER' | 'EXIT' | 'MERGE'
  readonly into?: string
  readonly order: number
}

/**
 * Folds ENTER and EXIT into intervals. Who was in and is merged into another is in as that one from then on, until that
 * one leaves; what overlaps or touches of one person is one interval. `members`: who is in now, as their profiles say,
 * for those whose ENTER is older than what is kept.
 *
 * @law whatever the order of the events, intervals of one person and segment are disjoint, and at most one is open
 */
export function segmentIntervals(
  events: readonly Row[],
  owners: Owners,
  members: readonly { readonly segment: string; readonly profile: string; readonly since: number }[] = [],
): readonly Interval[] {
  const changes = events.flatMap(changeOf)
  const pieces = new Map<string, { from: number; to: number | null }[]>()
  for (const [segment, ofSegment] of Map.groupBy(changes, (change) => change.segment)) {
    const mergers = owners.merges.map(
      ({ winner, loser, at, seq }): Change => ({
        segment,
        profile: loser,
        at,
        change: 'MERGE',
        into: winner,
        order: seq,
      }),
    )
    const open = new Map<string, number>()
    const piecesOf = (profile: string) => {
      const key = `${segment}\u0000${ownerOf(owners, profile)}`
      const held = pieces.get(key) ?? []
      pieces.set(key, held)
      return held
    }
    for (const { profile, at, change, into } of [...ofSegment, ...mergers].sort(inTime)) {
      const since = open.get(profile)
      if (change === 'ENTER') {
        if (since === undefined) open.set(profile, at)
        continue
      }
      if (since === undefined) continue
      open.delete(profile)
      piecesOf(profile).push({ from: since, to: Math.max(since, at) })
      if (into !== undefined && !open.has(into)) open.set(into, Math.max(since, at))
    }
    for (const [profile, since] of open) piecesOf(profile).push({ from: since, to: null })
  }
  for (const { segment, profile, since } of members) {
    const key = `${segment}\u0000${profile}`
    const held = pieces.get(key) ?? []
    if (!held.some(({ to }) => to === null)) pieces.set(key, [...held, { from: since, to: null }])
  }
  return [...pieces].flatMap(([key, held]) => {
    const [segment = '', profile = ''] = key.split('\u0000')
    return union(held).map(({ from, to }) => ({ segment, profile, enteredAt: from, exitedAt: to }))
  })
}

function changeOf(row: Row): readonly Change[] {
  const properties = row['properties']
  if (!isObject(properties)) return []
  const { segment, change } = properties
  if (typeof segment !== 'string' || (change !== 'ENTER' && change !== 'EXIT')) return []
  // `<profile>:<segment>:<n>`: the n-th change that the profile told of the segment.
  const order = Number(/:(\d+)$/.exec(String(row['message_id']))?.[1] ?? 0)
  return [{ segment, profile: String(row['canonical_id']), at: Number(row['timestamp']), change, order }]
}

function inTime(a: Change, b: Change): number {
  return a.at - b.at || a.order - b.order || (a.profile < b.profile ? -1 : a.profile > b.profile ? 1 : 0)
}

function union(pieces: readonly { from: number; to: number | null }[]): readonly { from: number; to: number | null }[] {
  const joined: { from: number; to: number | null }[] = []
  for (const piece of pieces.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1)
    if (last && (last.to === null || piece.from <= last.to))
      last.to = last.to === null || piece.to === null ? null : Math.max(last.to, piece.to)
    else joined.push({ ...piece })
  }
  return joined
}
