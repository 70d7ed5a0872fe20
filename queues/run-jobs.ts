import { callJob, type JobKind, type JobRow, type JobStep } from '../platform/jobs.ts'
import { log } from '../platform/log.ts'
import type { JobMessage } from '../shared/message/job-message.ts'
import { reasonOf } from './faults.ts'
import { JOB_KINDS } from './job-kinds.ts'

/**
 * Carries jobs out, step by step (docs/jobs.md). Whoever takes a job raises its `turn` and holds a lease; every later
 * write names that turn, so a runner that was thought dead, and a cancelled one, can change nothing any more.
 *
 *   queued ──take──► running ──step──► running … ──finished──► done
 *                      │  ▲ step throws: again after 1, 2, 4 … s      └─ `failed`, or the tenth attempt ─► failed
 *                      └──┴── cancel ─► cancelled
 */
export interface RunOptions {
  readonly kinds?: readonly JobKind[]
  readonly now?: () => number
  readonly sleep?: (ms: number) => Promise<void>
  /** A run hands over to the next message after so long, so that jobs take turns. */
  readonly mostMs?: number
}

/** Longer than any step; a runner that died is replaced after it, at the next cron. */
const LEASE_MS = 120_000
const RUN_MS = 3_000
/** A shorter wait is waited out here; for a longer one a message comes later, and for the longest the cron. */
const SHORT_WAIT_MS = 500
const LATER_MS = 60_000
/** Attempts of one step: with the pauses between them about a quarter of an hour. */
export const MOST_ATTEMPTS = 10
const LONGEST_PAUSE_MS = 300_000

/** How a run ended. `not ours`: taken by somebody else, over, or the message was an old one. */
export type RunEnd = 'over' | 'handed on' | 'waiting' | 'not ours'

/** Takes a job if it is free, and does as much of it as fits into one run. */
export async function runJob(env: Env, message: JobMessage, options: RunOptions = {}): Promise<RunEnd> {
  const { now = Date.now, sleep = pause, mostMs = RUN_MS } = options
  let row = await take(env, message, now())
  if (!row) return 'not ours'
  const end = now() + mostMs
  for (;;) {
    const after = await advance(env, row, options.kinds ?? JOB_KINDS, now)
    if (after.kind === 'over' || after.kind === 'not ours') return after.kind
    row = after.row
    const { waitMs } = after
    if (waitMs <= SHORT_WAIT_MS && now() + waitMs < end) {
      if (waitMs > 0) await sleep(waitMs)
      continue
    }
    if (!(await release(env, row))) return 'not ours'
    const next = { v: 1 as const, workspace: row.workspace, id: row.id, turn: row.turn }
    if (waitMs <= LATER_MS) await callJob(env, next, Math.ceil(waitMs / 1_000))
    return waitMs > 0 ? 'waiting' : 'handed on'
  }
}

/** Calls the jobs that are due and nobody holds: those whose runner died, whose message was lost, or that waited. */
export async function resumeJobs(env: Env, now: number = Date.now()): Promise<number> {
  const { results } = await env.DB.prepare(
    `SELECT workspace, id, turn FROM jobs
     WHERE state IN ('queued', 'running') AND due_at <= ?1 AND lease_until <= ?1 ORDER BY due_at LIMIT 100`,
  )
    .bind(now)
    .all<Pick<JobRow, 'workspace' | 'id' | 'turn'>>()
  for (const { workspace, id, turn } of results) await callJob(env, { v: 1, workspace, id, turn })
  return results.length
}

/** The attempt is counted when it begins: a step that takes its isolate down with it is counted too. */
async function take(env: Env, { workspace, id, turn }: JobMessage, now: number): Promise<JobRow | null> {
  return env.DB.prepare(
    `UPDATE jobs SET state = 'running', turn = turn + 1, attempts = attempts + 1, lease_until = ?1, updated_at = ?2
     WHERE workspace = ?3 AND id = ?4 AND turn = ?5 AND state IN ('queued', 'running')
       AND due_at <= ?2 AND lease_until <= ?2
     RETURNING *`,
  )
    .bind(now + LEASE_MS, now, workspace, id, turn)
    .first<JobRow>()
}

type After =
  | { readonly kind: 'over' }
  | { readonly kind: 'not ours' }
  | { readonly kind: 'more'; readonly row: JobRow; readonly waitMs: number }

/** One step and its record. */
async function advance(env: Env, row: JobRow, kinds: readonly JobKind[], now: () => number): Promise<After> {
  if (row.attempts > MOST_ATTEMPTS) return ended(env, row, 'failed', row.reason ?? 'its runner died every time', now())
  const kind = kinds.find((candidate) => candidate.kind === row.kind)
  if (!kind) return ended(env, row, 'failed', `there is no kind of job called ${row.kind}`, now())
  let step: JobStep
  try {
    step = await kind.step(env, { ...row, input: JSON.parse(row.input), cursor: parsed(row.cursor) }, now())
  } catch (fault) {
    log.warn('job: an attempt failed', {
      workspace_id: row.workspace,
      job: row.id,
      kind: row.kind,
      attempts: row.attempts,
      fault,
    })
    const reason = reasonOf(fault).slice(0, 1_000)
    if (row.attempts >= MOST_ATTEMPTS) return ended(env, row, 'failed', reason, now())
    const waitMs = Math.min(LONGEST_PAUSE_MS, 1_000 * 2 ** (row.attempts - 1))
    return kept(env, { ...row, reason, attempts: row.attempts + 1 }, 'running', waitMs, now())
  }
  const next = { ...row, ...progressOf(row, step), attempts: 1, reason: step.failed ?? null }
  if (step.failed !== undefined) return kept(env, next, 'failed', 0, now())
  return kept(env, next, step.finished ? 'done' : 'running', step.waitMs ?? 0, now())
}

function progressOf(row: JobRow, step: JobStep): Pick<JobRow, 'cursor' | 'done' | 'total' | 'errors' | 'result'> {
  return {
    cursor: JSON.stringify(step.cursor),
    done: step.done,
    total: Math.max(step.total ?? row.total, step.done),
    errors: step.errors ?? row.errors,
    result: step.result === undefined ? row.result : JSON.stringify(step.result),
  }
}

function ended(env: Env, row: JobRow, state: 'failed', reason: string, now: number): Promise<After> {
  return kept(env, { ...row, reason }, state, 0, now)
}

async function kept(
  env: Env,
  row: JobRow,
  state: 'running' | 'done' | 'failed',
  waitMs: number,
  now: number,
): Promise<After> {
  const { cursor, done, total, errors, result, reason, attempts, workspace, id, turn } = row
  const dueAt = now + waitMs
  const leaseUntil = state === 'running' ? dueAt + LEASE_MS : 0
  const { meta } = await env.DB.prepare(
    `UPDATE jobs SET state = ?1, cursor = ?2, done = ?3, total = ?4, errors = ?5, result = ?6, reason = ?7, attempts = ?8,
       updated_at = ?9, due_at = ?10, lease_until = ?11
     WHERE workspace = ?12 AND id = ?13 AND turn = ?14 AND state = 'running'`,
  )
    .bind(state, cursor, done, total, errors, result, reason, attempts, now, dueAt, leaseUntil, workspace, id, turn)
    .run()
  if (meta.changes === 0) return { kind: 'not ours' }
  return state === 'running' ? { kind: 'more', row, waitMs } : { kind: 'over' }
}

/** Lets go of the lease: the next taker counts its own attempt, so ours, which never began, is taken back. */
async function release(env: Env, { workspace, id, turn }: JobRow): Promise<boolean> {
  const { meta } = await env.DB.prepare(
    `UPDATE jobs SET lease_until = 0, attempts = attempts - 1
     WHERE workspace = ? AND id = ? AND turn = ? AND state = 'running'`,
  )
    .bind(workspace, id, turn)
    .run()
  return meta.changes > 0
}

function parsed(text: string | null): unknown {
  return text === null ? null : JSON.parse(text)
}

function pause(ms: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, ms))
}
