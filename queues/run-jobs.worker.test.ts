import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineJob, type JobKind, type JobRow, type JobStep, jobRow, startJob } from '../platform/jobs.ts'
import { aWorkspace } from '../test/support/workspace.ts'
import { MOST_ATTEMPTS, type RunOptions, resumeJobs, runJob } from './run-jobs.ts'

/** Time that a test moves; sleeping moves it too. */
function aClock(start = 1_700_000_000_000) {
  const clock = { at: start, slept: [] as number[] }
  const options = (kinds: readonly JobKind[], more: RunOptions = {}): RunOptions => ({
    kinds,
    now: () => clock.at,
    sleep: async (ms) => {
      clock.slept.push(ms)
      clock.at += ms
    },
    ...more,
  })
  return { clock, options }
}

const silent: Env = { ...env, JOBS: { send: async () => {} } as unknown as Queue }

/** Counts to `input.to`, one a step; `before` may break a step. */
function counting(before: (at: number) => void | Promise<void> = () => {}): JobKind {
  return defineJob({
    kind: 'count',
    input: z.object({ to: z.int() }),
    cursor: z.object({ at: z.int() }),
    async step(_, { input, cursor }): Promise<JobStep<{ at: number }>> {
      const at = cursor?.at ?? 0
      await before(at)
      return { cursor: { at: at + 1 }, done: at + 1, total: input.to, finished: at + 1 >= input.to }
    },
  })
}

async function aJob(now: number, to = 5) {
  const { id: workspace } = await aWorkspace()
  const { jobId: id } = await startJob(silent, { workspace, kind: 'count', input: { to } }, now)
  const row = async () => (await jobRow(env, workspace, id)) as JobRow
  const message = async () => ({ v: 1 as const, workspace, id, turn: (await row()).turn })
  return { workspace, id, row, message }
}

describe('a job', () => {
  test('is carried out step by step to its end, and then is over for every message', async () => {
    const { clock, options } = aClock()
    const job = await aJob(clock.at)
    expect(await job.row()).toMatchObject({ state: 'queued', done: 0, total: 0 })
    const first = await job.message()
    expect(await runJob(silent, first, options([counting()]))).toBe('over')
    expect(await job.row()).toMatchObject({ state: 'done', done: 5, total: 5, errors: 0, attempts: 1 })
    expect(await runJob(silent, first, options([counting()]))).toBe('not ours')
    expect(await runJob(silent, await job.message(), options([counting()]))).toBe('not ours')
  })

  test('hands on when its time is up, and goes on from its cursor', async () => {
    const { clock, options } = aClock()
    const job = await aJob(clock.at)
    const kind = counting(() => {
      clock.at += 2_000
    })
    const sent: string[] = []
    const queue = { send: async (text: string) => sent.push(text) } as unknown as Queue
    const here = { ...env, JOBS: queue }
    expect(await runJob(here, await job.message(), options([kind]))).toBe('handed on')
    expect(await job.row()).toMatchObject({ state: 'running', done: 2 })
    expect(sent.map((text) => JSON.parse(text))).toEqual([await job.message()])
    expect(await runJob(here, JSON.parse(sent[0] as string), options([kind], { mostMs: 60_000 }))).toBe('over')
    expect(await job.row()).toMatchObject({ state: 'done', done: 5 })
  })

  test('whose step throws is tried again from the same cursor after a pause that doubles', async () => {
    const { clock, options } = aClock()
    const job = await aJob(clock.at, 2)
    let faults = 3
    const kind = counting((at) => {
      if (at === 1 && faults-- > 0) throw new Error('the lake is dry')
    })
    const pauses: (number | undefined)[] = []
    const send = async (_: string, options: QueueSendOptions) => pauses.push(options.delaySeconds)
    const here = { ...env, JOBS: { send } as unknown as Queue }
    for (const pause of [1, 2, 4]) {
      expect(await runJob(here, await job.message(), options([kind]))).toBe('waiting')
      expect(pauses.at(-1)).toBe(pause)
      expect(await job.row()).toMatchObject({ state: 'running', done: 1, reason: 'Error: the lake is dry' })
      expect(await runJob(here, await job.message(), options([kind]))).toBe('not ours') // too early
      clock.at += pause * 1_000
    }
    expect(await runJob(here, await job.message(), options([kind]))).toBe('over')
    expect(await job.row()).toMatchObject({ state: 'done', done: 2, reason: null })
  })

  test('with a poison step fails with the reason after the last attempt', async () => {
    const { clock, options } = aClock()
    const job = await aJob(clock.at)
    let tries = 0
    const kind = counting(() => {
      tries++
      throw new Error('poison')
    })
    let runs = 0
    while ((await job.row()).state !== 'failed' && runs++ < 20) {
      const end = await runJob(silent, await job.message(), options([kind], { mostMs: 60_000 }))
      if (end === 'waiting') {
        expect(await runJob(silent, await job.message(), options([kind]))).toBe('not ours') // too early
        clock.at += 300_000
      }
    }
    expect(tries).toBe(MOST_ATTEMPTS)
    expect(await job.row()).toMatchObject({ state: 'failed', done: 0, reason: 'Error: poison' })
  })

  test('whose runner dies every time fails too, without a runner that could say so', async () => {
    const { clock, options } = aClock()
    const job = await aJob(clock.at)
    for (let death = 0; death < MOST_ATTEMPTS; death++) {
      const hung = counting(() => new Promise<void>(() => {}))
      void runJob(silent, await job.message(), options([hung]))
      await expect.poll(async () => (await job.row()).attempts).toBe(death + 1)
      clock.at += 121_000
    }
    expect(await runJob(silent, await job.message(), options([counting()]))).toBe('over')
    expect(await job.row()).toMatchObject({ state: 'failed', reason: 'its runner died every time' })
  })

  test('of a kind that nobody knows fails and says so', async () => {
    const { clock, options } = aClock()
    const job = await aJob(clock.at)
    await runJob(silent, await job.message(), options([]))
    expect(await job.row()).toMatchObject({ state: 'failed', reason: 'there is no kind of job called count' })
  })

  test('that says it can never succeed fails at once', async () => {
    const { clock, options } = aClock()
    const job = await aJob(clock.at)
    const kind: JobKind = {
      kind: 'count',
      step: async () => ({ cursor: {}, done: 1, errors: 4, failed: 'no such file' }),
    }
    expect(await runJob(silent, await job.message(), options([kind]))).toBe('over')
    expect(await job.row()).toMatchObject({ state: 'failed', done: 1, errors: 4, reason: 'no such file' })
  })

  test('that waits longer than a run is left to the cron, which calls it when it is due and not before', async () => {
    const { clock, options } = aClock()
    const job = await aJob(clock.at)
    let waits = 1
    const kind: JobKind = {
      kind: 'count',
      step: async () =>
        waits-- > 0 ? { cursor: {}, done: 0, waitMs: 90_000 } : { cursor: {}, done: 1, finished: true },
    }
    expect(await runJob(silent, await job.message(), options([kind]))).toBe('waiting')
    const sent: string[] = []
    const here = { ...env, JOBS: { send: async (text: string) => sent.push(text) } as unknown as Queue }
    const called = () => sent.filter((text) => text.includes(job.id))
    await resumeJobs(here, clock.at + 89_999)
    expect(called()).toEqual([])
    clock.at += 90_000
    await resumeJobs(here, clock.at)
    expect(called()).toHaveLength(1)
    expect(await runJob(here, JSON.parse(called()[0] as string), options([kind]))).toBe('over')
  })
})

describe('two runners', () => {
  test('never work on one job at once; the lease of a dead one runs out, and what it still does is refused', async () => {
    const { clock, options } = aClock()
    const job = await aJob(clock.at, 3)
    let wake = () => {}
    const slow = counting(() => new Promise<void>((resume) => (wake = resume)))
    const lost = runJob(silent, await job.message(), options([slow]))
    await expect.poll(async () => (await job.row()).state).toBe('running')
    expect(await runJob(silent, await job.message(), options([counting()]))).toBe('not ours')
    expect(await runJob(silent, { ...(await job.message()), turn: 0 }, options([counting()]))).toBe('not ours')
    clock.at += 120_001
    expect(await runJob(silent, await job.message(), options([counting()]))).toBe('over')
    const after = await job.row()
    wake()
    expect(await lost).toBe('not ours')
    expect(await job.row()).toEqual(after)
  })

  test('a job that was cancelled during a step does no other', async () => {
    const { clock, options } = aClock()
    const job = await aJob(clock.at)
    let steps = 0
    const kind = counting(async () => {
      steps++
      await env.DB.prepare("UPDATE jobs SET state = 'cancelled', turn = turn + 1 WHERE id = ?").bind(job.id).run()
    })
    expect(await runJob(silent, await job.message(), options([kind]))).toBe('not ours')
    expect([steps, (await job.row()).state]).toEqual([1, 'cancelled'])
  })
})

describe('starting', () => {
  test('the same idempotency key again answers the same job, per workspace and kind', async () => {
    const [a, b] = [await aWorkspace(), await aWorkspace()]
    const start = (workspace: string, kind = 'count') =>
      startJob(silent, { workspace, kind, input: {}, idempotencyKey: 'once' }, 1)
    const first = await start(a.id)
    expect(first.isNew).toBe(true)
    expect(await start(a.id)).toEqual({ jobId: first.jobId, isNew: false })
    expect((await start(b.id)).jobId).not.toBe(first.jobId)
    expect((await start(a.id, 'other')).jobId).not.toBe(first.jobId)
  })

  test('while no queue takes the message the job is there, and the cron calls it', async () => {
    const { id: workspace } = await aWorkspace()
    const broken = { ...env, JOBS: { send: () => Promise.reject(new Error('down')) } as unknown as Queue }
    const { jobId } = await startJob(broken, { workspace, kind: 'count', input: {} }, 5)
    const sent: string[] = []
    await resumeJobs({ ...env, JOBS: { send: async (text: string) => sent.push(text) } as unknown as Queue }, 5)
    expect(sent.some((text) => text.includes(jobId))).toBe(true)
  })
})

describe('whatever happens on the way', () => {
  // Fewer than the attempts a step has: a job that ends badly has tests of its own.
  const mishap = fc.constantFrom('none', 'throws', 'dies', 'old message', 'cron')

  test('a job moves forward only, does every step, and ends once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(mishap, { maxLength: 9 }), async (mishaps) => {
        const { clock, options } = aClock()
        const job = await aJob(clock.at, 4)
        const steps: number[] = []
        const script = [...mishaps]
        let next = 'none'
        const kind = counting((at) => {
          if (next === 'throws') throw new Error('mishap')
          if (next === 'dies') return new Promise<void>(() => {})
          steps.push(at)
        })
        const old: Awaited<ReturnType<typeof job.message>>[] = []
        let done = 0
        for (let round = 0; round < 60 && (await job.row()).state !== 'done'; round++) {
          next = script.shift() ?? 'none'
          const message = await job.message()
          if (next === 'old message') {
            for (const earlier of old) expect(await runJob(silent, earlier, options([kind]))).toBe('not ours')
          } else if (next === 'dies') {
            void runJob(silent, message, options([kind], { mostMs: 0 }))
            await expect.poll(async () => (await job.row()).turn).toBe(message.turn + 1)
          } else {
            const calls: string[] = []
            const send = async (text: string) => calls.push(text)
            if (next === 'cron') await resumeJobs({ ...env, JOBS: { send } as unknown as Queue }, clock.at)
            expect(calls.filter((text) => text.includes(job.id)).length).toBeLessThanOrEqual(1)
            await runJob(silent, message, options([kind], { mostMs: 0 }))
          }
          if ((await job.row()).turn > message.turn) old.push(message)
          clock.at += 301_000
          const row = await job.row()
          expect(row.done).toBeGreaterThanOrEqual(done)
          done = row.done
        }
        expect(await job.row()).toMatchObject({ state: 'done', done: 4, total: 4 })
        expect(steps).toEqual([0, 1, 2, 3])
        for (const message of old) expect(await runJob(silent, message, options([kind]))).toBe('not ours')
      }),
      { numRuns: 25 },
    )
  })
})
