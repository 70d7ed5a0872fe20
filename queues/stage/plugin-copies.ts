import { inPool } from '../../platform/in-pool.ts'
import { askPlugin, type PluginCall } from '../../platform/plugin-call.ts'
import { type Asked, askedOf } from '../../platform/plugin-code.ts'
import type { WorkspaceSettings } from '../../shared/config/workspace-config.ts'
import type { Event } from '../../shared/event/event.ts'
import { isSelected } from '../../shared/event/event-selection.ts'
import { asTrusted } from '../../shared/message/normalized-event.ts'
import { countCall } from '../../shared/pipeline/plugin-calls.ts'
import type { PluginAnswer } from '../../shared/plugin/answer.ts'
import { pluginType } from '../../shared/plugin/index.ts'
import type { PluginConfig } from '../../shared/plugin/plugin-config.ts'
import { joinVotes, type Vote } from '../../shared/plugin/reduce.ts'
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
  const questions = plugins.flatMap((plugin) => {
    const mine = copies.filter((copy) => isSelected(plugin.filter, copy.event as Event))
    return chunked(mine.map((copy) => questionOf(copy, asked))).map((chunk) => ({ plugin, chunk }))
  })
  const calls: PluginCall[] = []
  await inPool([...questions.entries()], MOST_CALLS, async ([i, { plugin, chunk }]) => {
    calls[i] = await askPlugin(
      env,
      plugin,
      chunk.map(({ question }) => question),
    )
  })
  const votes = new Map<CopyWork, Vote[]>()
  // In the order of the plugins and not of their answers, so that a trace reads the same whoever was faster.
  for (const [i, { plugin, chunk }] of questions.entries())
    takeAnswers({ plugin, copies: chunk.map(({ copy }) => copy), call: calls[i] as PluginCall }, votes)
  for (const [copy, mine] of votes) settle(copy, mine, config.settings)
}

/** A Worker may have six connections open: a seventh call would wait for one of them, and its time would run. */
const MOST_CALLS = 6
/** Events in one call, and their JSON: a batch of the queue has rarely more, and a service should not get megabytes at once. */
const MOST_EVENTS = 500
const MOST_CHARS = 1_000_000

interface Question {
  readonly copy: CopyWork
  readonly question: Asked
}

function questionOf(copy: CopyWork, asked: Map<CopyWork, Asked>): Question {
  const question = asked.get(copy) ?? askedOf(copy.copyId, copy.event as Event)
  asked.set(copy, question)
  return { copy, question }
}

function chunked(questions: readonly Question[]): readonly (readonly Question[])[] {
  const chunks: Question[][] = []
  let room = 0
  for (const one of questions) {
    const last = chunks.at(-1)
    const { length } = one.question.text
    if (last && last.length < MOST_EVENTS && length <= room) last.push(one)
    else {
      chunks.push([one])
      room = MOST_CHARS
    }
    room -= length
  }
  return chunks
}

interface Answered {
  readonly plugin: PluginConfig
  readonly copies: readonly CopyWork[]
  readonly call: PluginCall
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
      copy.event = asTrusted(joined.event, copy.unit.ingest.trust)
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
