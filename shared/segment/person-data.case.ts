import { type JsonObject, type JsonValue, own } from '../kernel/json.ts'
import type { Aggregate } from './aggregate.ts'
import type { Condition } from './condition.ts'
import { inOrder, nameMatches } from './naive-tests.case.ts'
import type { EventRef, FoldedEvents, Percentiles, PersonView } from './person-view.ts'
import type { Consent } from './profile-document.ts'
import { among, prepareSurroundings } from './surroundings.ts'

/** A person as data, in a workspace. */
export interface PersonData {
  readonly id: string
  /** By trait; at one instant the last of them stands. */
  readonly writes: Readonly<Record<string, readonly { readonly value: JsonValue; readonly at: number }[]>>
  readonly events: readonly EventData[]
  readonly identifiers: readonly string[]
  readonly consents: Readonly<Record<string, Pick<Consent, 'status' | 'until'>>>
  readonly workspace: WorkspaceData
}

export interface EventData {
  readonly at: number
  readonly id: string
  readonly name: string
  readonly properties: JsonObject
}

export interface WorkspaceData {
  readonly segments: Readonly<Record<string, Condition>>
  readonly computed: Readonly<Record<string, Aggregate>>
  readonly percentiles: Readonly<Record<string, Percentiles>>
}

/** How much of a person a view has: of what is older than `floor` only how much there was in each `stretch` of time. */
export interface Gaps {
  readonly floor: number
  readonly stretch: number
}

export function personView(data: PersonData, gaps?: Gaps): PersonView {
  const sorted = inOrder(data.events)
  const isHeld = (event: EventData) => !gaps || event.at > gaps.floor
  const held: EventRef[] = sorted.filter(isHeld).map((event) => ({ ...event, properties: () => event.properties }))
  const gone = sorted.filter((event) => !isHeld(event))
  const { segments, computed, percentiles } = data.workspace
  return among(
    {
      known: true,
      id: data.id,
      trait(name) {
        const write = inTime(own(data.writes, name) ?? []).at(-1)
        return write === undefined || write.value === null ? undefined : write
      },
      traitHistory(name) {
        const writes = inTime(own(data.writes, name) ?? [])
        if (!gaps) return { writes, missingUpTo: Number.NEGATIVE_INFINITY }
        const kept = writes.filter(({ at }) => at > gaps.floor)
        const newest = writes.at(-1)
        if (kept.length > 0) return { writes: kept, missingUpTo: gaps.floor }
        return { writes: newest ? [newest] : [], missingUpTo: newest?.at ?? Number.NEGATIVE_INFINITY }
      },
      events: (pattern) => held.filter((event) => nameMatches(pattern, event.name)),
      folded(pattern) {
        const stretches = new Map<number, FoldedEvents>()
        for (const { at, name } of gone) {
          if (!nameMatches(pattern, name)) continue
          const width = gaps?.stretch ?? 1
          const from = Math.floor(at / width) * width
          const before = stretches.get(from)?.least ?? 0
          const to = Math.min(from + width - 1, gaps?.floor ?? Infinity)
          stretches.set(from, { from, to, least: before + 1, most: before + 1 })
        }
        return [...stretches.values()]
      },
      identifiers: (type) => data.identifiers.filter((one) => one === type),
      consent(kind, name) {
        const found = own(data.consents, `${kind}:${name}`)
        return found && { ...found, at: 0 }
      },
    },
    prepareSurroundings({
      segments: Object.entries(segments).map(([key, condition]) => ({ key, condition })),
      computedTraits: Object.entries(computed).map(([key, aggregate]) => ({ key, name: key, aggregate })),
      percentiles,
    }),
  )
}

/** One write per instant: the one that stands. */
export function inTime(writes: readonly { readonly value: JsonValue; readonly at: number }[]) {
  const sorted = [...writes].sort((a, b) => a.at - b.at)
  return sorted.filter(({ at }, i) => sorted[i + 1]?.at !== at)
}
