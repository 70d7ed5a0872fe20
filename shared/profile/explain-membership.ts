import type { SegmentDefinition } from '../config/workspace-config.ts'
import { type Explanation, explain } from '../segment/explain.ts'
import type { Surroundings } from '../segment/surroundings.ts'
import { type EventSource, personOf } from './person.ts'
import type { PassedChange, ProfileState } from './state.ts'

/** Why a person is in a segment or is not, next to what was last told about it. */
export interface ExplainedMembership {
  readonly because: Explanation
  /** ENTER or EXIT as last emitted; what `because` says otherwise waits for the window. `since`: epoch ms. */
  readonly told: { readonly member: boolean; readonly since: number | null }
  /** Changes that began and ended inside the window, newest last. */
  readonly passed: readonly PassedChange[]
  readonly segment: Pick<SegmentDefinition, 'key' | 'name' | 'version'>
}

export function explainMembership(
  state: ProfileState,
  history: EventSource,
  definition: SegmentDefinition,
  surroundings: Surroundings,
  now: number,
): ExplainedMembership {
  const { key, name, version, condition } = definition
  const membership = state.segments[key]
  return {
    because: explain(condition, personOf(state, history, surroundings), now),
    told: {
      member: membership?.member ?? false,
      since: membership && membership.emitted > 0 ? membership.since : null,
    },
    passed: (state.passed ?? []).filter(({ segment }) => segment === key),
    segment: { key, name, version },
  }
}
