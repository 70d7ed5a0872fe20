import type { Event } from '../shared/event/event.ts'
import { isObject, type JsonObject } from '../shared/kernel/json.ts'
import { frozenCopy } from '../shared/plugin/frozen-copy.ts'
import type { PluginManifest } from '../shared/plugin/manifest.ts'
import type { PluginConfig } from '../shared/plugin/plugin-config.ts'
import { resultsIn } from '../shared/plugin/service-answer.ts'
import { eventDocument } from '../shared/transform/event-document.ts'
import { runCustomerCode } from './customer-code.ts'
import type { CustomerCode, LogLine } from './customer-code-types.ts'
import { settingsOf } from './destination-settings.ts'
import { contentHash } from './hashing.ts'
import { askService } from './plugin-service.ts'

/** Runs the code behind a blocking plugin, wherever it is, over some events; what comes back is not read here. */
export interface Asked {
  readonly copyId: string
  readonly event: Event
  /** The event as plugins see it, as JSON: written once for all of them. */
  readonly text: string
}

/** What plugins are given of an event. */
export function askedOf(copyId: string, event: Event): Asked {
  return { copyId, event, text: JSON.stringify(eventDocument(event)) }
}

/** What came back before it is read, event by event. */
export type Raw =
  | { readonly ok: true; readonly results: readonly unknown[]; readonly logs?: readonly LogLine[] }
  | { readonly ok: false; readonly reason: string; readonly timeout: boolean; readonly logs?: readonly LogLine[] }

/** @throws what a fault of ours throws; the code's own faults are answers */
export async function runPluginCode(
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
  { code, options, allow, secret }: JsonObject,
  timeoutMs: number,
): CustomerCode {
  return {
    workspace,
    name,
    code: String(code),
    settings: { ...(isObject(options) ? options : {}), ...(typeof secret === 'string' ? { secret } : {}) },
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

export function saidBy(fault: unknown): string {
  return (fault instanceof Error ? fault.message : String(fault)).slice(0, 300)
}
