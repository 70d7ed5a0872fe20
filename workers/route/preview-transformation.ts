import type { z } from 'zod'
import { ConfigStore } from '../../platform/config-store.ts'
import { sha256 } from '../../platform/destination-tools.ts'
import { transformByCode } from '../../platform/transform-by-code.ts'
import type { WorkspaceSettings } from '../../shared/config/workspace-config.ts'
import { previewTransformation } from '../../shared/contract/preview-transformation.ts'
import type { Event } from '../../shared/event/event.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import { changedPaths } from '../../shared/transform/changed-paths.ts'
import { eventDocument } from '../../shared/transform/event-document.ts'
import { type Transformed, transformEvent } from '../../shared/transform/transform-event.ts'
import { type Tried, tryTransformations } from '../../shared/transform/try-transformations.ts'
import { type Call, serve } from '../http/serve.ts'
import { unprocessable } from './check-condition.ts'
import { checkSteps } from './check-transformation.ts'
import { givenEvent } from './given-event.ts'
import { maySeePeople } from './may-see-people.ts'
import { type RecentEvent, recentEvent } from './recent-event.ts'
import { NO_TRANSFORMATION, rulesOf, TRANSFORMATION_COLUMNS, type TransformationRow } from './transformation-row.ts'

type Body = z.output<typeof previewTransformation.body>

/** Runs what the consumer would run; nothing is sent, counted or kept. */
export const previewTransformationRoute = serve(previewTransformation, async ({ body }, call) => {
  const tried = await triedIn(call, body)
  if (!tried.ok) return tried
  const config = await new ConfigStore(call.env.DB).workspace(call.workspace)
  if (typeof config === 'string') return err(failure('unavailable', 'the settings of the workspace cannot be read'))
  const found = await eventFor(call, body, tried.value, config.settings)
  if (!found.ok) return found
  const { event, from } = found.value
  const logs = new Map<Tried, readonly string[]>()
  const { event: end, trials } = await tryTransformations(event, tried.value, async (one, now) => {
    if (one.code === undefined) return transformEvent(now, one.steps ?? [], sha256, config.settings)
    const by = { workspace: call.workspace, name: one.name, code: one.code }
    const answer = await transformByCode(call.env, by, [now], config.settings)
    logs.set(
      one,
      answer.logs.map(({ level, text }) => `${level}: ${text}`),
    )
    return answer.kind === 'done' ? (answer.results[0] as Transformed) : { kind: 'failed', reason: answer.reason }
  })
  const before = eventDocument(event)
  const after = end ? eventDocument(end) : null
  const changes = after ? changedPaths(before, after) : []
  const last = trials.at(-1)
  const isRun = trials.some(({ outcome }) => outcome !== 'not_selected')
  const { messageId, source } = event
  return ok({
    messageId,
    source,
    from,
    outcome: after ? (changes.length > 0 ? 'changed' : isRun ? 'unchanged' : 'not_selected') : endOf(last?.outcome),
    ...(last?.reason === undefined ? {} : { reason: last.reason }),
    before,
    after,
    changes,
    transformations: trials.map((trial, i) => {
      const said = logs.get(tried.value[i] as Tried)
      return said && said.length > 0 ? { ...trial, logs: [...said] } : { ...trial }
    }),
  })
})

function endOf(outcome: string | undefined): 'dropped' | 'failed' {
  return outcome === 'dropped' ? 'dropped' : 'failed'
}

/** The transformations that are run: the one that is meant, or all that are enabled with it among them. */
async function triedIn({ env, workspace }: Call, body: Body): Promise<Result<readonly Tried[], Failure>> {
  const steps = body.steps && checkSteps(body.steps)
  if (steps && !steps.ok) return steps
  if (body.code !== undefined && steps) return unprocessable([{ path: 'code', message: 'takes the place of steps' }])
  const given = {
    ...(steps ? { steps: steps.value, code: undefined } : {}),
    ...(body.code === undefined ? {} : { code: body.code, steps: undefined }),
    ...(body.sources ? { sources: body.sources } : {}),
    ...(body.events ? { events: body.events } : {}),
  }
  const { results } = await env.DB.prepare(
    `SELECT ${TRANSFORMATION_COLUMNS} FROM transformations WHERE workspace = ? ORDER BY position, id`,
  )
    .bind(workspace)
    .all<TransformationRow>()
  const isKnown = results.some(({ id }) => id === body.id)
  if (body.id !== undefined && !isKnown) return err(NO_TRANSFORMATION)
  const tried = results
    .filter(({ id, enabled }) => id === body.id || (body.all && enabled === 1))
    .map((row): Tried => ({ id: row.id, name: row.name, ...rulesOf(row), ...(row.id === body.id ? given : {}) }))
  const isNew = !isKnown && (steps ?? body.code) !== undefined
  return ok(isNew ? [...tried, { id: null, name: 'new', ...given }] : tried)
}

interface Found {
  readonly event: Event
  readonly from: RecentEvent['from'] | 'given'
}

const NO_EVENT = failure('not_found', 'no such event arrived lately: give one as `event`')

async function eventFor(
  call: Call,
  { event, messageId, source }: Body,
  tried: readonly Tried[],
  settings: WorkspaceSettings,
): Promise<Result<Found, Failure>> {
  // Of one transformation, an event that it is about; of all of them, any.
  const [only] = tried.length === 1 ? tried : []
  if (event) {
    const given = givenEvent(call, event, source ?? only?.sources?.[0] ?? '', settings)
    return given.ok ? ok({ event: given.value, from: 'given' }) : given
  }
  const allowed = await maySeePeople(call)
  if (!allowed.ok) return allowed
  const named = source === undefined ? undefined : [source]
  const newest = { events: only?.events, sources: named ?? only?.sources }
  const recent = await recentEvent(call, messageId === undefined ? newest : { messageId, sources: named })
  return recent ? ok(recent) : err(NO_EVENT)
}
