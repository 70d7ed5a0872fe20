import { afterFailure, afterSuccess, type Breaker, breakerState, CLOSED } from '../shared/destination/breaker.ts'
import type { PluginConfig } from '../shared/plugin/plugin-config.ts'

/**
 * Circuits of plugins, per isolate: after five calls in a row that failed a plugin is left alone for ten seconds, then
 * asked once, and left alone for up to a minute if that fails too. A service that hangs must not slow every batch. An
 * isolate that has just begun knows nothing yet and finds out by itself.
 */
interface Circuit {
  breaker: Breaker
  /** The one call of a half open circuit is under way. */
  probing: boolean
}

const circuits = new Map<string, Circuit>()
const MOST_CIRCUITS = 2_000

/** Of one version of a plugin: whoever mends its settings need not wait. */
export function circuitName({ workspace, id, version }: PluginConfig): string {
  return `${workspace}/${id}/${version}`
}

/** Whether it may be called now. Who gets `true` must say what came of it. */
export function mayCall(name: string, now: number): boolean {
  const circuit = circuits.get(name)
  if (!circuit) return true
  const state = breakerState(circuit.breaker, now)
  if (state === 'closed') return true
  if (state === 'open' || circuit.probing) return false
  circuit.probing = true
  return true
}

export function noteCall(name: string, succeeded: boolean, now: number): void {
  const circuit = circuits.get(name) ?? { breaker: CLOSED, probing: false }
  circuit.probing = false
  circuit.breaker = succeeded ? afterSuccess() : afterFailure(circuit.breaker, now)
  if (succeeded) circuits.delete(name)
  else {
    if (circuits.size >= MOST_CIRCUITS) circuits.clear()
    circuits.set(name, circuit)
  }
}
