import type { EventDocument, MergeDocument } from '../../../../../shared/profile/document.ts'

/** What the address of a timeline asks for. */
export interface TimelineSearch {
  readonly kind?: string
  readonly event?: string
  /** Days, as the viewer's calendar has them. */
  readonly from?: string
  readonly to?: string
}

/** Kinds of entries, and how the API is asked for them; merges are no events. */
export const KINDS = {
  track: { type: 'track' },
  page: { type: 'page' },
  screen: { type: 'screen' },
  identify: { type: 'identify' },
  group: { type: 'group' },
  segments: { source: 'tributary' },
  merges: undefined,
} as const
export type Kind = keyof typeof KINDS

export function kindOf({ kind }: TimelineSearch): Kind | undefined {
  return (Object.keys(KINDS) as Kind[]).find((one) => one === kind)
}

export type Entry =
  | { readonly kind: 'event'; readonly at: string; readonly event: EventDocument }
  | { readonly kind: 'merged' | 'unmerged'; readonly at: string; readonly merge: MergeDocument }

/** A day of the viewer as instants: its first and its last millisecond. */
export function dayBounds({ from, to }: TimelineSearch): { readonly from?: string; readonly to?: string } {
  const begin = from ? new Date(`${from}T00:00:00`) : undefined
  const end = to ? new Date(`${to}T23:59:59.999`) : undefined
  return {
    ...(begin && !Number.isNaN(begin.getTime()) ? { from: begin.toISOString() } : {}),
    ...(end && !Number.isNaN(end.getTime()) ? { to: end.toISOString() } : {}),
  }
}

/** Events and merges in one stream, newest first. As long as there are more events, what is older than the last waits. */
export function streamOf(
  events: readonly EventDocument[],
  merges: readonly MergeDocument[],
  hasMore: boolean,
  bounds: { readonly from?: string; readonly to?: string },
): readonly Entry[] {
  const oldest = hasMore ? (events.at(-1)?.timestamp ?? '') : ''
  const ofMerges = merges.flatMap((merge): readonly Entry[] => [
    { kind: 'merged', at: merge.at, merge },
    ...(merge.undoneAt ? [{ kind: 'unmerged' as const, at: merge.undoneAt, merge }] : []),
  ])
  const isMeant = ({ at }: Entry) =>
    at >= oldest && (!bounds.from || at >= bounds.from) && (!bounds.to || at <= bounds.to)
  const ofEvents = events.map((event): Entry => ({ kind: 'event', at: event.timestamp, event }))
  return [...ofEvents, ...ofMerges.filter(isMeant)].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
}
