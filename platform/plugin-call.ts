import type { Event } from '../shared/event/event.ts'
import { isObject, type JsonObject } from '../shared/kernel/json.ts'
import { type PluginAnswer, readAnswer } from '../shared/plugin/answer.ts'
import { frozenCopy } from '../shared/plugin/frozen-copy.ts'
import { pluginType } from '../shared/plugin/index.ts'
import { type PluginManifest, writesOf } from '../shared/plugin/manifest.ts'
import type { PluginConfig } from '../shared/plugin/plugin-config.ts'
import { resultsIn } from '../shared/plugin/service-answer.ts'
import { eventDocument } from '../shared/transform/event-document.ts'
import { runCustomerCode } from './customer-code.ts'
import type { CustomerCode, LogLine } from './customer-code-types.ts'
import { settingsOf } from './destination-settings.ts'
import { contentHash } from './hashing.ts'
import { patience } from './patience.ts'
import { circuitName, mayCall, noteCall } from './plugin-breakers.ts'
import { askService } from './plugin-service.ts'

/**
 * Asks a blocking plugin about events: one call for all of them, within its time, in a circuit that opens when it keeps
 * failing. What it says is read and never trusted; what it says too late is thrown away.
 */
export interface Asked {
  readonly copyId: string
  readonly event: Event
  /** The event as plugins see it, as JSON: written once for all of them. */
  readonly text: string
}

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

/** What came back before it is read, event by event. */
type Raw =
  | { readonly ok: true; readonly results: readonly unknown[]; readonly logs?: readonly LogLine[] }
  | { readonly ok: false; readonly reason: string; readonly timeout: boolean; readonly logs?: readonly LogLine[] }

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
  const waited = await patience(ms + slack, rawAnswers(env, plugin, manifest, asked, ms))
  const raw = waited.kind === 'done' ? waited.value : undefined
  noteCall(circuit, raw?.ok === true, Date.now())
  if (waited.kind === 'hung' || (raw && !raw.ok && raw.timeout)) return failed('timeout', `no answer within ${ms} ms`)
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

async function rawAnswers(
  env: Env,
  plugin: PluginConfig,
  manifest: PluginManifest,
  asked: readonly Asked[],
  ms: number,
): Promise<Raw> {
  const settings = settingsOf(env.IDENTITY_SECRET, plugin)
  switch (manifest.code.by) {
    case 'built-in': {
      const { run } = manifest.code
      return {
        ok: true,
        results: asked.map(({ event }) => tried(() => run(frozenCopy(eventDocument(event)), settings))),
      }
    }
    case 'remote':
    case 'binding':
      return serviceAnswers(env, plugin, settings, asked, ms)
    case 'customer-code':
      return codeAnswers(env, plugin, settings, asked, ms)
    case 'lane':
      return { ok: false, reason: `${manifest.name} cannot be asked`, timeout: false }
  }
}

/** A service may write so much for each event, and some words around it. */
const BYTES_PER_EVENT = 17 * 1024
const MOST_ANSWER_BYTES = 4 * 1024 * 1024

async function serviceAnswers(
  env: Env,
  plugin: PluginConfig,
  settings: JsonObject,
  asked: readonly Asked[],
  ms: number,
): Promise<Raw> {
  // The same events again, after a fault of ours, are the same question.
  const id = `plb_${contentHash([plugin.id, plugin.version, ...asked.map(({ copyId }) => copyId)].join('\n'))}`
  const { workspace, name } = plugin
  const opening = { batch: id, workspace, plugin: { id: plugin.id, name }, options: settings['options'] ?? {} }
  const body = `${JSON.stringify(opening).slice(0, -1)},"events":[${asked.map(({ text }) => text).join(',')}]}`
  const mostBytes = Math.min(MOST_ANSWER_BYTES, 64 * 1024 + asked.length * BYTES_PER_EVENT)
  const answer = await askService(env, { id, body, settings, ms, mostBytes })
  if (!answer.ok) return { ok: false, ...answer.failure }
  if (answer.value === undefined) return { ok: true, results: [] }
  const results = resultsIn(
    answer.value,
    asked.map(({ event }) => event.messageId),
  )
  return results.ok ? { ok: true, results: results.value } : { ok: false, reason: results.failure, timeout: false }
}

async function codeAnswers(
  env: Env,
  { workspace, name }: PluginConfig,
  settings: JsonObject,
  asked: readonly Asked[],
  ms: number,
): Promise<Raw> {
  const code = customerCodeOf(workspace, name, settings, ms)
  const answer = await runCustomerCode(
    env,
    code,
    // It writes them down for its isolate: nothing that the code does reaches ours.
    asked.map(({ event }) => eventDocument(event)),
  )
  const { logs } = answer
  if (answer.kind === 'failed') {
    const { reason, detail, line } = answer
    const where = line === undefined ? '' : ` (line ${line})`
    return { ok: false, reason: `${reason}: ${detail}${where}`, timeout: reason === 'timeout', logs }
  }
  const results = answer.results.map((one) =>
    one.kind === 'value' ? one.value : { error: `${one.reason}: ${one.detail}` },
  )
  return { ok: true, results, logs }
}

/** The settings of a plugin of type `javascript`, as its manifest has them. */
export function customerCodeOf(
  workspace: string,
  name: string,
  { code, options, allow }: JsonObject,
  timeoutMs: number,
): CustomerCode {
  return {
    workspace,
    name,
    code: String(code),
    settings: isObject(options) ? options : {},
    allow: Array.isArray(allow) ? allow.map(String) : [],
    timeoutMs,
  }
}

function tried(run: () => unknown): unknown {
  try {
    return run()
  } catch (fault) {
    return { error: saidBy(fault) }
  }
}

function saidBy(fault: unknown): string {
  return (fault instanceof Error ? fault.message : String(fault)).slice(0, 300)
}

/** What plugins are given of an event. */
export function askedOf(copyId: string, event: Event): Asked {
  return { copyId, event, text: JSON.stringify(eventDocument(event)) }
}
