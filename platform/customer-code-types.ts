import type { JsonObject, JsonValue } from '../shared/kernel/json.ts'

/**
 * JavaScript that a customer wrote: an ES module that exports `onEvent(event, { settings })`, called for each event, or
 * `onBatch(events, { settings })`, which answers one item per event. Both may be async.
 */
export interface CustomerCode {
  readonly workspace: string
  /** Of the plugin or transformation, for messages. */
  readonly name: string
  readonly code: string
  readonly settings: JsonObject
  /** Hosts that it may call by https, as `api.example.com` or `api.example.com:8443`; none: no network at all. */
  readonly allow: readonly string[]
  /** For the whole batch. */
  readonly timeoutMs: number
}

/** What the code said to one event; `undefined` is an answer too, for which the caller has a meaning. */
export type CodeResult =
  | { readonly kind: 'value'; readonly value: JsonValue | undefined }
  | {
      readonly kind: 'failed'
      readonly reason: 'threw' | 'not_json' | 'too_large' | 'not_allowed'
      readonly detail: string
    }

export interface LogLine {
  readonly level: 'debug' | 'log' | 'info' | 'warn' | 'error'
  readonly text: string
}

export type CodeFailure =
  /** No answer in time; what comes later is thrown away. */
  | 'timeout'
  /** The module itself, or `onBatch`. */
  | 'threw'
  | 'too_large'
  | 'not_allowed'
  /** No module, or none that exports what is called. */
  | 'syntax'
  /** Too much at once, or of memory: worth another try. */
  | 'limit'
  /** Here customer code cannot run: worth another try. */
  | 'unavailable'

export type CodeAnswer =
  | { readonly kind: 'done'; readonly results: readonly CodeResult[]; readonly logs: readonly LogLine[] }
  | {
      readonly kind: 'failed'
      readonly reason: CodeFailure
      readonly detail: string
      /** Where in the code, from 1, when that is known. */
      readonly line?: number
      readonly logs: readonly LogLine[]
    }

export const CODE_LIMITS = {
  /** UTF-8 bytes of the module's text. */
  codeBytes: 64 * 1024,
  events: 2_500,
  /** Of all events together; a batch of the queue has less than half of it. */
  givenBytes: 16 * 1024 * 1024,
  allow: 20,
  timeoutMs: 5_000,
  /** How much larger the answer to an event may be than the event. */
  addedBytes: 16 * 1024,
  /** The same of the whole batch. */
  addedBytesInAll: 1024 * 1024,
  logLines: 100,
  logChars: 1_000,
} as const
