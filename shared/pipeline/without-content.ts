import type { Outcome } from '../event/outcome.ts'
import { isObject, type JsonValue } from '../kernel/json.ts'

/** Shorter values are words of any sentence, and shorter numbers times and statuses. */
const LEAST = 3
const LEAST_DIGITS = 5
/** What may be said of an event by its name: every trace says it. */
const NAMES: ReadonlySet<string> = new Set(['type', 'event', 'name', 'messageId', 'source', 'channel'])

/**
 * What a stranger's code or service says when it fails, without what the event holds: `bad address ann@example.com` is
 * `bad address …`. Traces are read by those who may not read people, and are not looked through when somebody is erased.
 */
export function withoutContent(words: string, ...events: readonly (JsonValue | undefined)[]): string {
  const values = new Set<string>()
  for (const event of events) {
    if (!isObject(event)) continue
    for (const [field, value] of Object.entries(event)) if (!NAMES.has(field)) collect(value, values)
  }
  // The longest first: one value may be a part of another.
  return [...values].sort((a, b) => b.length - a.length).reduce(without, words)
}

/** Stages that run the code of others, whose words may repeat the event. The letter and the archive have them whole. */
export function isForeign(stage: string): boolean {
  return stage === 'plugins' || stage === 'transform'
}

/** An outcome as a trace tells it. */
export function toldOutcome(outcome: Outcome, ...events: readonly (JsonValue | undefined)[]): Outcome {
  if (outcome.kind !== 'dead_letter' || !isForeign(outcome.stage)) return outcome
  return { ...outcome, reason: withoutContent(outcome.reason, ...events) }
}

function collect(value: JsonValue | undefined, values: Set<string>): void {
  if (Array.isArray(value)) for (const one of value) collect(one, values)
  else if (isObject(value)) for (const one of Object.values(value)) collect(one, values)
  else if (typeof value === 'string' || typeof value === 'number') {
    const text = String(value).trim()
    if (text.length >= (typeof value === 'number' ? LEAST_DIGITS : LEAST)) values.add(text)
  }
}

function without(words: string, value: string): string {
  if (!words.includes(value.slice(0, LEAST))) return words
  const rest = words.replaceAll(value, '…')
  // Words are cut at some length, which may be in the middle of it.
  for (let n = Math.min(value.length - 1, rest.length); n >= LEAST; n--)
    if (rest.endsWith(value.slice(0, n))) return `${rest.slice(0, -n)}…`
  return rest
}
