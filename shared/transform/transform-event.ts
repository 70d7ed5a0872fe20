import type { Event } from '../event/event.ts'
import type { TimeSettings } from '../event/normalize.ts'
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
  if (result.data === document) return { kind: 'unchanged' }
  const after = eventOfDocument(event, result.data, settings)
  if (after.ok) return { kind: 'changed', event: after.value }
  const { path, message } = after.failure
  return { kind: 'failed', reason: `${path} ${message}`.trim() }
}
