import type { z } from 'zod'
import type { JobState } from '../shared/contract/read-job.ts'
import { ulid } from '../shared/kernel/id.ts'
import type { JsonValue } from '../shared/kernel/json.ts'
import type { JobMessage } from '../shared/message/job-message.ts'
import { log } from './log.ts'

/**
 * Long work in resumable steps (docs/jobs.md): starting it, and what a kind of job is. The steps are carried out by
 * queues/run-jobs.ts; the state is one row of D1.
 */
export interface Job<I = unknown, C = unknown> {
  readonly id: string
  readonly workspace: string
  readonly input: I
  /** Where the step before ended; null for the first. */
  readonly cursor: C | null
  readonly done: number
  readonly total: number
  readonly errors: number
}

/** What a step answers. Numbers are those of the whole job so far, not of the step. */
export interface JobStep<C = unknown> {
  readonly cursor: C
  readonly done: number
  readonly total?: number
  readonly errors?: number
  /** Readable at once by whoever asks for the job. */
  readonly result?: JsonValue
  /** Nothing is left to do. */
  readonly finished?: boolean
  /** The job can never succeed, and this is why: no further try. */
  readonly failed?: string
  /** Leave it for so long before the next step (a queue is full, a peer is slow): no failure, no attempt. */
  readonly waitMs?: number
}

export interface JobKind {
  readonly kind: string
  /** @throws when the step should be tried again */
  readonly step: (env: Env, job: Job, now: number) => Promise<JobStep>
}

/**
 * A kind of job. A step runs at least once: it may be repeated from the same cursor after a crash, so its effects must
 * bear repetition. It should end within some seconds; a lease of two minutes keeps other runners away from it.
 */
export function defineJob<I, C>(definition: {
  readonly kind: string
  readonly input: z.ZodType<I>
  readonly cursor: z.ZodType<C>
  readonly step: (env: Env, job: Job<I, C>, now: number) => Promise<JobStep<C>>
}): JobKind {
  const { kind, input, cursor, step } = definition
  return {
    kind,
    step: (env, job, now) =>
      step(
        env,
        { ...job, input: input.parse(job.input), cursor: job.cursor === null ? null : cursor.parse(job.cursor) },
        now,
      ),
  }
}

export interface NewJob {
  readonly workspace: string
  readonly kind: string
  readonly input: JsonValue
  readonly total?: number
  /** The same key again, of the same workspace and kind, answers the job that is there. */
  readonly idempotencyKey?: string
  /** Of `newJobId`, when something must carry the id before the job exists (an upload). */
  readonly id?: string
}

export interface StartedJob {
  readonly jobId: string
  /** False: the idempotency key was known, and this is the job it named. */
  readonly isNew: boolean
}

/** `now` in epoch milliseconds. */
export function newJobId(now: number): string {
  return `job_${ulid(now, crypto.getRandomValues(new Uint8Array(10)))}`
}

/**
 * Puts a job down and has it begin at once. `also` is written in the same transaction (its audit line). When the queue
 * refuses, the cron begins it within a minute. @throws when D1 does not take it: then there is no job
 */
export async function startJob(
  env: Env,
  job: NewJob,
  now: number,
  also: readonly D1PreparedStatement[] = [],
): Promise<StartedJob> {
  const { workspace, kind, idempotencyKey = null, id = newJobId(now) } = job
  const [inserted] = await env.DB.batch([jobStatement(env, { ...job, id }, now), ...also])
  if (inserted?.meta.changes === 0) {
    const known = await env.DB.prepare('SELECT id FROM jobs WHERE workspace = ? AND kind = ? AND idempotency_key = ?')
      .bind(workspace, kind, idempotencyKey)
      .first<{ id: string }>()
    if (!known) throw new Error(`job ${kind} was refused, and there is none with its key`)
    return { jobId: known.id, isNew: false }
  }
  await callJob(env, { v: 1, workspace, id, turn: 0 })
  return { jobId: id, isNew: true }
}

/**
 * The row of a new job, for a batch of the caller's own, who then calls it with `callJob(env, { v: 1, …, turn: 0 })`.
 * `onlyIfChanged`: written only if the statement just before it in the batch changed a row.
 */
export function jobStatement(
  env: Env,
  job: NewJob & { readonly id: string },
  now: number,
  onlyIfChanged = false,
): D1PreparedStatement {
  const { workspace, kind, input, total = 0, idempotencyKey = null, id } = job
  return env.DB.prepare(
    `INSERT INTO jobs (workspace, id, kind, input, total, idempotency_key, created_at, updated_at, due_at)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?7 WHERE ${onlyIfChanged ? 'changes() > 0' : 'true'}
     ON CONFLICT (workspace, kind, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING`,
  ).bind(workspace, id, kind, JSON.stringify(input), total, idempotencyKey, now)
}

/** Tells the runners that a job is due. Never rejects: the cron finds what no queue took. */
export async function callJob(env: Env, message: JobMessage, delaySeconds = 0): Promise<void> {
  try {
    await env.JOBS.send(JSON.stringify(message), { contentType: 'text', delaySeconds })
  } catch (fault) {
    log.warn('job: it waits for the cron', { job: message.id, fault })
  }
}

/** A job as D1 has it. */
export interface JobRow {
  readonly workspace: string
  readonly id: string
  readonly kind: string
  readonly state: JobState
  readonly done: number
  readonly total: number
  readonly errors: number
  readonly input: string
  readonly cursor: string | null
  readonly result: string | null
  readonly reason: string | null
  readonly created_at: number
  readonly updated_at: number
  readonly turn: number
  readonly attempts: number
}

export async function jobRow(env: Env, workspace: string, id: string): Promise<JobRow | null> {
  return env.DB.prepare('SELECT * FROM jobs WHERE workspace = ? AND id = ?').bind(workspace, id).first<JobRow>()
}

/** The job of a kind that is not over yet and is about this: `path` (`$.plugin`) is where its input says so. */
export async function openJobOf(
  env: Env,
  workspace: string,
  kind: string,
  path: string,
  about: string,
): Promise<string | undefined> {
  const open = await env.DB.prepare(
    `SELECT id FROM jobs WHERE workspace = ? AND kind = ? AND state IN ('queued', 'running') AND json_extract(input, ?) = ?`,
  )
    .bind(workspace, kind, path, about)
    .first<{ id: string }>()
  return open?.id
}
