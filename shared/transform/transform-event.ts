import type { Event } from '../event/event.ts'
import type { TimeSettings } from '../event/normalize.ts'
import { isObject, type JsonObject, type JsonValue } from '../kernel/json.ts'
import { changedPaths } from './changed-paths.ts'
import { eventDocument, eventOfDocument } from './event-document.ts'
import { type Hash, type MappingStep, mapped } from './mapping.ts'

/** What a transformation made of an event; `where` is the step or the field (`steps.2: filter`, `properties`). */
export type Transformed =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'changed'; readonly event: Event }
  | { readonly kind: 'dropped'; readonly reason: string }
  /** It made something of it that is no event any more. Going on with the event as it was might tell what was to be hidden. */
  | { readonly kind: 'failed'; readonly reason: string }

/**
 * An event through the steps of a transformation.
 * @law what comes out is a valid event of the same source, messageId, type and arrival, or nothing does
 */
export function transformEvent(
  event: Event,
  steps: readonly MappingStep[],
  sha256: Hash,
  settings: TimeSettings,
): Transformed {
  const document = eventDocument(event)
  const result = mapped(document, steps, sha256)
  if ('stopped' in result) {
    const { step, why } = result.stopped
    const reason = `steps.${step}: ${steps[step]?.op}${why === 'filter' ? '' : ` ${why}`}`
    return { kind: why === 'filter' ? 'dropped' : 'failed', reason }
  }
  return result.data === document ? { kind: 'unchanged' } : asEvent(event, result.data, settings)
}

/**
 * What the code of a transformation answered to an event: the event as it shall be, `null` for one that shall go no
 * further, and nothing at all for one that it has nothing to say about.
 */
export function answeredToEvent(event: Event, answer: JsonValue | undefined, settings: TimeSettings): Transformed {
  if (answer === undefined) return { kind: 'unchanged' }
  if (answer === null) return { kind: 'dropped', reason: 'code: null' }
  if (!isObject(answer)) return { kind: 'failed', reason: 'code: answered what is no event' }
  const result = asEvent(event, answer, settings)
  const isSame =
    result.kind === 'changed' && changedPaths(eventDocument(event), eventDocument(result.event), 1).length === 0
  return isSame ? { kind: 'unchanged' } : result
}

function asEvent(event: Event, document: JsonObject, settings: TimeSettings): Transformed {
  const after = eventOfDocument(event, document, settings)
  if (after.ok) return { kind: 'changed', event: after.value }
  const { path, message } = after.failure
  return { kind: 'failed', reason: `${path} ${message}`.trim() }
}
