import { ConfigStore } from '../../platform/config-store.ts'
import { askPlugin } from '../../platform/plugin-call.ts'
import { askedOf } from '../../platform/plugin-code.ts'
import { pluginConfigOf } from '../../platform/plugin-row.ts'
import type { WorkspaceSettings } from '../../shared/config/workspace-config.ts'
import { testPlugin } from '../../shared/contract/test-plugin.ts'
import type { Event } from '../../shared/event/event.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import type { PluginAnswer } from '../../shared/plugin/answer.ts'
import { pluginType } from '../../shared/plugin/index.ts'
import type { PluginConfig } from '../../shared/plugin/plugin-config.ts'
import { type Joined, joinVotes } from '../../shared/plugin/reduce.ts'
import { eventDocument } from '../../shared/transform/event-document.ts'
import { type Call, serve } from '../http/serve.ts'
import { givenEvent } from './given-event.ts'
import { maySeePeople } from './may-see-people.ts'
import { NO_PLUGIN, pluginRow } from './plugin-documents.ts'
import { recentEvent } from './recent-event.ts'

/** Asks what the consumer would ask, of one event, and writes nothing down. */
export const testPluginRoute = serve(testPlugin, async ({ params, body }, call) => {
  const row = await pluginRow(call, params.pluginId)
  if (!row) return err(NO_PLUGIN)
  const plugin = pluginConfigOf(row)
  if (pluginType(plugin.type)?.kind !== 'blocking') return err(NOT_ASKED)
  const config = await new ConfigStore(call.env.DB).workspace(call.workspace)
  if (typeof config === 'string') return err(failure('unavailable', 'the settings of the workspace cannot be read'))
  const found = await eventFor(call, plugin, body, config.settings)
  if (!found.ok) return found
  const event = found.value
  const before = eventDocument(event)
  const { outcome, reason, answers, logs, tookMs } = await askPlugin(
    call.env,
    plugin,
    [askedOf(`test.${call.requestId}`, event)],
    true,
  )
  const answer = answers[0] as PluginAnswer
  const voter = { ...plugin, onFailure: 'continue' as const }
  const joined = joinVotes(event, [{ plugin: voter, answer }], config.settings)
  const why = reason ?? ('reason' in joined ? joined.reason : 'reason' in answer ? answer.reason : undefined)
  return ok({
    messageId: event.messageId,
    outcome: outcome === 'timeout' ? outcome : outcomeOf(answer, joined, event),
    ...(why === undefined ? {} : { reason: why }),
    answer: { ...answer } as JsonObject,
    logs: logs.map(({ level, text }) => ({ level, text })),
    tookMs,
    before,
    after: joined.kind === 'drop' ? null : eventDocument(joined.kind === 'pass' ? joined.event : event),
  })
})

function outcomeOf(answer: PluginAnswer, joined: Joined, event: Event) {
  if (answer.kind === 'failed' || joined.kind === 'refused') return 'failed'
  if (joined.kind === 'drop') return 'dropped'
  return joined.kind === 'pass' && joined.event !== event ? 'changed' : 'unchanged'
}

const NOT_ASKED = failure('unprocessable', 'only blocking plugins are asked about events')
const NO_EVENT = failure('not_found', 'no such event arrived lately: give one as `event`')

async function eventFor(
  call: Call,
  { filter }: PluginConfig,
  { event, messageId }: { readonly event?: JsonObject | undefined; readonly messageId?: string | undefined },
  settings: WorkspaceSettings,
): Promise<Result<Event, Failure>> {
  if (event) return givenEvent(call, event, filter.sources?.[0] ?? '', settings)
  const allowed = await maySeePeople(call)
  if (!allowed.ok) return allowed
  const recent = await recentEvent(call, messageId === undefined ? filter : { messageId })
  return recent ? ok(recent.event) : err(NO_EVENT)
}
