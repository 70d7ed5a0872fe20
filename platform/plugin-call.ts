import { type PluginAnswer, readAnswer } from '../shared/plugin/answer.ts'
import { pluginType } from '../shared/plugin/index.ts'
import { writesOf } from '../shared/plugin/manifest.ts'
import type { PluginConfig } from '../shared/plugin/plugin-config.ts'
import type { LogLine } from './customer-code-types.ts'
import { patience } from './patience.ts'
import { circuitName, mayCall, noteCall } from './plugin-breakers.ts'
import { type Asked, runPluginCode, saidBy } from './plugin-code.ts'

/**
 * Asks a blocking plugin about events: one call for all of them, within its time, in a circuit that opens when it keeps
 * failing. What it says is read and never trusted; what it says too late is thrown away.
 */
export interface PluginCall {
  readonly outcome: 'answered' | 'failed' | 'timeout' | 'skipped'
  /** Of a call without an answer. */
  readonly reason?: string
  /** One for each event. */
  readonly answers: readonly PluginAnswer[]
  readonly logs: readonly LogLine[]
  readonly at: number
  readonly tookMs: number
}

/** Whoever is asked keeps the time itself, and may say what came of it until then; this is for one who does not. */
const SLACK_MS = 100
/** Customer code is stopped in time where it runs; a local Tributary may first have to start the process for it. */
const CODE_SLACK_MS = 65_000

/** Never rejects. `again`: also when the circuit is open, for a person who tries it. */
export async function askPlugin(
  env: Env,
  plugin: PluginConfig,
  asked: readonly Asked[],
  again = false,
): Promise<PluginCall> {
  const at = Date.now()
  const manifest = pluginType(plugin.type)
  const failed = (outcome: PluginCall['outcome'], reason: string, logs: readonly LogLine[] = []): PluginCall => ({
    outcome,
    reason,
    answers: asked.map(() => ({ kind: 'failed', reason })),
    logs,
    at,
    tookMs: Date.now() - at,
  })
  if (manifest?.kind !== 'blocking') return failed('failed', `there is no such type: ${plugin.type}`)
  const circuit = circuitName(plugin)
  if (!again && !mayCall(circuit, at)) return failed('skipped', 'its circuit is open: it failed again and again')
  const ms = plugin.timeoutMs ?? manifest.timeoutMs
  const slack = manifest.code.by === 'customer-code' ? CODE_SLACK_MS : SLACK_MS
  const waited = await patience(ms + slack, runPluginCode(env, plugin, manifest, asked, ms))
  const raw = waited.kind === 'done' ? waited.value : undefined
  noteCall(circuit, raw?.ok === true, Date.now())
  if (waited.kind === 'hung' || (raw && !raw.ok && raw.timeout))
    return failed('timeout', `no answer within ${ms} ms`, raw?.logs)
  if (waited.kind === 'failed') return failed('failed', saidBy(waited.fault))
  if (!raw?.ok) return failed('failed', raw?.reason ?? '', raw?.logs)
  const writes = writesOf(manifest, plugin.settings)
  return {
    outcome: 'answered',
    answers: asked.map(({ event }, i) => readAnswer(raw.results[i], writes, event)),
    logs: raw.logs ?? [],
    at,
    tookMs: Date.now() - at,
  }
}
