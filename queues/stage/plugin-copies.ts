import { type Asked, askedOf, askPlugin, type PluginCall } from '../../platform/plugin-call.ts'
import type { WorkspaceSettings } from '../../shared/config/workspace-config.ts'
import type { Event } from '../../shared/event/event.ts'
import { isSelected } from '../../shared/event/event-selection.ts'
import { withoutListMarks } from '../../shared/message/normalized-event.ts'
import { countCall } from '../../shared/pipeline/plugin-calls.ts'
import type { PluginAnswer } from '../../shared/plugin/answer.ts'
import { pluginType } from '../../shared/plugin/index.ts'
import type { PluginConfig } from '../../shared/plugin/plugin-config.ts'
import { joinVotes, type Vote } from '../../shared/plugin/reduce.ts'
import { eventDocument } from '../../shared/transform/event-document.ts'
import type { CopyWork } from '../copy.ts'
import { note, type StageCall } from './stage.ts'

/**
 * The stage `plugins`: every enabled blocking plugin is asked about the events that its filter names, all plugins side by
 * side and each once for the whole batch; what they answered is joined (shared/plugin/reduce.ts). None sees what another
 * wrote, and none can hold the batch up for longer than its time.
 */
export async function pluginCopies({ env, config, pipeline, copies }: StageCall): Promise<void> {
  const plugins = pipeline.plugins.filter((one) => one.enabled && pluginType(one.type)?.kind === 'blocking')
  if (plugins.length === 0) return
  const asked = new Map<CopyWork, Asked>()
  const calls = plugins.flatMap((plugin) =>
    chunked(copies.filter((copy) => isSelected(plugin.filter, copy.event as Event))).map((some) =>
      askAbout(env, plugin, some, asked),
    ),
  )
  const votes = new Map<CopyWork, Vote[]>()
  // In the order of the plugins and not of their answers, so that a trace reads the same whoever was faster.
  for (const call of await Promise.all(calls)) takeAnswers(call, votes)
  for (const [copy, mine] of votes) settle(copy, mine, config.settings)
}

/** Events in one call: a batch of the queue has rarely more, and a service should not get megabytes at once. */
const MOST_EVENTS = 500

function chunked(copies: readonly CopyWork[]): readonly (readonly CopyWork[])[] {
  const chunks = Math.ceil(copies.length / MOST_EVENTS)
  return Array.from({ length: chunks }, (_, i) => copies.slice(i * MOST_EVENTS, (i + 1) * MOST_EVENTS))
}

interface Answered {
  readonly plugin: PluginConfig
  readonly copies: readonly CopyWork[]
  readonly call: PluginCall
}

async function askAbout(
  env: Env,
  plugin: PluginConfig,
  copies: readonly CopyWork[],
  asked: Map<CopyWork, Asked>,
): Promise<Answered> {
  const questions = copies.map((copy) => {
    const event = copy.event as Event
    const question = asked.get(copy) ?? askedOf(copy.copyId, event, eventDocument(event))
    asked.set(copy, question)
    return question
  })
  return { plugin, copies, call: await askPlugin(env, plugin, questions) }
}

function takeAnswers({ plugin, copies, call }: Answered, votes: Map<CopyWork, Vote[]>): void {
  const { id, name, position } = plugin
  const onFailure = plugin.onFailure ?? pluginType(plugin.type)?.onFailure ?? 'continue'
  const first = copies[0]?.unit
  if (first) countCall((first.plugins ??= {}), id, { ...call, events: copies.length })
  for (const [i, copy] of copies.entries()) {
    const answer = call.answers[i] as PluginAnswer
    noteAnswer(copy, plugin, call, answer)
    const vote = { plugin: { id, name, position, onFailure }, answer }
    const mine = votes.get(copy)
    if (mine) mine.push(vote)
    else votes.set(copy, [vote])
  }
}

/** That it had nothing to say is not worth a line. */
function noteAnswer(copy: CopyWork, { id, name }: PluginConfig, call: PluginCall, answer: PluginAnswer): void {
  if (answer.kind === 'nothing') return
  const detail = { plugin: id, name, tookMs: call.tookMs }
  if (answer.kind === 'set') {
    note(copy, { step: 'plugins', outcome: 'changed', detail: { ...detail, fields: Object.keys(answer.set) } })
    return
  }
  const failed = call.outcome === 'answered' ? 'failed' : call.outcome
  note(copy, {
    step: 'plugins',
    outcome: answer.kind === 'drop' ? 'dropped' : failed,
    reason: answer.reason,
    detail,
  })
}

function settle(copy: CopyWork, votes: readonly Vote[], settings: WorkspaceSettings): void {
  const joined = joinVotes(copy.event as Event, votes, settings)
  switch (joined.kind) {
    case 'pass':
      // Who is on a list is not said by a public key, whoever copies it.
      copy.event = copy.unit.ingest.trust === 'public' ? withoutListMarks(joined.event) : joined.event
      break
    case 'drop':
      copy.outcome = { kind: 'dropped', reason: 'plugin' }
      break
    case 'dead_letter':
      copy.outcome = { kind: 'dead_letter', stage: 'plugins', reason: `${joined.plugin.name}: ${joined.reason}` }
      break
    case 'refused':
      note(copy, { step: 'plugins', outcome: 'failed', reason: joined.reason })
      break
  }
}
