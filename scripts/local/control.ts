/**
 * How the launcher and the local entry (worker.ts) speak: one path, guarded by a random token that only they know.
 * Nothing outside scripts/local knows of it.
 */
export const CONTROL_PATH = '/__local/state'
export const CONTROL_TOKEN_HEADER = 'x-local-token'

/** The binding LOCAL of the local entry. */
export interface LocalFacts {
  readonly token: string
  /** Names of the bindings of all queues that have a consumer, so that their backlog can be asked. */
  readonly queueBindings: readonly string[]
  readonly consumers: { readonly [queue: string]: LocalConsumer }
  /** `run_worker_first` of wrangler.toml: what is not there is the portal's. */
  readonly workerFirst: readonly string[]
}

export interface LocalConsumer {
  /** Seconds a message waits after a retry that names no delay. */
  readonly retryDelay: number
  /** After so many deliveries the broker drops the message; null when a dead-letter queue takes it instead. */
  readonly dropsAfter: number | null
}

export interface ControlRequest {
  /** Answer 503 to everything that comes in from now on. */
  readonly draining: boolean
  /** Start no alarm and no scheduled work either: what the backlog says stays true. */
  readonly frozen: boolean
}

/** Where work still is. */
export interface Standstill {
  /** Messages waiting in the broker. */
  readonly queued: number
  /** Messages handed to a consumer that has not answered. */
  readonly inFlight: number
  /** Messages that wait out a retry delay, which the broker does not count. */
  readonly delayed: number
  /** All that a consumer has seen and not finished with: in flight, delayed, or back in the broker. */
  readonly unsettled: number
  /** Requests, alarms and scheduled runs in progress: they may still send messages. */
  readonly running: number
}

/** Nothing is left to do, and nothing runs that could make more. */
export function isStill(state: Standstill): boolean {
  return state.queued === 0 && state.unsettled === 0 && state.running === 0
}

export function messagesLeft(state: Standstill): number {
  return state.queued + state.inFlight + state.delayed
}
