import { type Breaker, breakerState } from './breaker.ts'

/**
 * Which waiting items a lane sends next. Pure: what stands in the store and what is under way in, the next requests out.
 *
 * @law per profile, in the order of arrival: an item is sent only when nothing earlier of its profile waits or is under way
 * @law one profile's failing item keeps no other profile waiting
 * @law while the breaker is open nothing is sent, and a single probe when it is half open
 */
export interface Waiting {
  /** Place in the order of arrival. */
  readonly seq: number
  readonly key: string
  readonly profile: string
  /** Epoch ms; not before. */
  readonly dueAt: number
  readonly attempts: number
}

export interface LaneView {
  readonly now: number
  readonly breaker: Breaker
  /** The peer asked to be left alone until then, epoch ms. */
  readonly pausedUntil: number
  /** Profiles of which something is under way. */
  readonly busy: ReadonlySet<string>
  /** Requests under way, and how many may be. */
  readonly underWay: number
  readonly most: number
  /** Requests that the rate limit allows now, and when it allows another, epoch ms. */
  readonly allowed: number
  readonly allowedAt: number
  /** Most items in one request. */
  readonly perRequest: number
}

export interface Plan {
  readonly send: readonly (readonly Waiting[])[]
  /** When to look again if nothing happens before; null: nothing waits for a time. */
  readonly wakeAt: number | null
}

/** @param waiting in the order of arrival */
export function planLane(waiting: readonly Waiting[], view: LaneView): Plan {
  const { now, breaker, busy, perRequest } = view
  const heads = headsOf(waiting).filter(({ profile }) => !busy.has(profile))
  if (heads.length === 0) return { send: [], wakeAt: null }
  const state = breakerState(breaker, now)
  const closedUntil = Math.max(view.pausedUntil, state === 'open' ? (breaker.probeAt ?? 0) : 0)
  if (closedUntil > now) return { send: [], wakeAt: closedUntil }
  if (state === 'half_open') {
    // The probe is the item that failed least: one that is the trouble itself must not keep the lane closed.
    if (view.underWay > 0) return { send: [], wakeAt: null }
    const [probe] = [...heads].sort((a, b) => a.attempts - b.attempts || a.seq - b.seq)
    return { send: probe ? [[probe]] : [], wakeAt: null }
  }
  const room = Math.max(0, Math.min(view.most - view.underWay, Math.floor(view.allowed)))
  const due = heads.filter(({ dueAt }) => dueAt <= now)
  const later = heads.filter(({ dueAt }) => dueAt > now).map(({ dueAt }) => dueAt)
  const ready = chunked(perRequest === 1 ? due : withFollowers(due, waiting), perRequest)
  if (ready.length > room && view.allowed < view.most - view.underWay) later.push(view.allowedAt)
  const wakeAt = later.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY)
  return { send: ready.slice(0, room), wakeAt: wakeAt === Number.POSITIVE_INFINITY ? null : wakeAt }
}

/** The first of each profile. */
export function headsOf(waiting: readonly Waiting[]): readonly Waiting[] {
  const seen = new Set<string>()
  return waiting.filter(({ profile }) => !seen.has(profile) && seen.add(profile))
}

/** One request takes several of a profile, in their order. */
function withFollowers(heads: readonly Waiting[], waiting: readonly Waiting[]): readonly Waiting[] {
  const profiles = new Set(heads.map(({ profile }) => profile))
  return waiting.filter(({ profile }) => profiles.has(profile))
}

/** Chunks that never share a profile: what is under way in one must not be overtaken by another. */
function chunked(items: readonly Waiting[], size: number): readonly (readonly Waiting[])[] {
  if (items.length <= size) return items.length === 0 ? [] : [items]
  if (size === 1) return items.map((item) => [item])
  const chunks: Waiting[][] = []
  const homes = new Map<string, Waiting[]>()
  for (const item of items) {
    let home = homes.get(item.profile)
    if (!home) {
      const last = chunks.at(-1)
      home = last && last.length < size ? last : []
      if (home.length === 0) chunks.push(home)
      homes.set(item.profile, home)
    }
    // What does not fit any more waits for the next plan; a full chunk stays full, so nothing overtakes it.
    if (home.length < size) home.push(item)
  }
  return chunks
}
