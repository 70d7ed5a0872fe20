import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import { jobRow } from '../../platform/jobs.ts'
import { runJob } from '../../queues/run-jobs.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import type { IngestMessage } from '../../shared/message/ingest-message.ts'
import { type Api, anApi } from './api.ts'
import { FakeQueue } from './fake-env.ts'
import { aWorkspace, deliver, type TestWorkspace } from './workspace.ts'

/** A workspace that imports, with queues whose messages a test reads, delivers or refuses. */
export interface Importer {
  readonly workspace: TestWorkspace
  readonly api: Api
  readonly env: Env
  readonly queue: FakeQueue
  upload(
    file: string | Uint8Array,
    type?: string,
    query?: string,
  ): Promise<{ readonly status: number; readonly jobId: string }>
  /** Runs the job to its end or to a standstill, and answers what the API says of it. */
  run(jobId: string): Promise<Record<string, unknown>>
  messages(): readonly IngestMessage[]
  deliver(): Promise<void>
  errors(jobId: string): Promise<readonly string[]>
}

export async function anImporter(settings: JsonObject = {}): Promise<Importer> {
  const workspace = await aWorkspace(settings)
  const queue = new FakeQueue()
  const silent = { send: async () => {} }
  const environment = { ...env, EVENTS_0: queue, EVENTS_1: queue, JOBS: silent } as unknown as Env
  const api = await anApi(workspace.id, ['*'], environment)
  const messages = () => queue.texts.map((text) => JSON.parse(text) as IngestMessage)
  return {
    workspace,
    api,
    env: environment,
    queue,
    messages,
    async upload(file, type = 'text/csv', query = '') {
      const answer = await api.call('POST', `/v1/bulk/import${query}`, file, { 'Content-Type': type })
      return { ...answer, jobId: answer.json?.jobId }
    },
    async run(jobId) {
      // A clock that only waiting moves.
      let at = Date.now()
      const sleep = async (ms: number) => void (at += ms)
      for (let runs = 0; runs < 100; runs++) {
        const row = await jobRow(env, workspace.id, jobId)
        if (!row) throw new Error(`there is no job ${jobId}`)
        const message = { v: 1 as const, workspace: workspace.id, id: jobId, turn: row.turn }
        if ((await runJob(environment, message, { now: () => at, sleep })) !== 'waiting') break
        at += 300_000
      }
      const { status, json } = await api.call('GET', `/api/v1/imports/${jobId}`)
      expect(status).toBe(200)
      return json
    },
    async deliver() {
      for (const message of messages()) expect((await deliver([message])).retried).toEqual([])
    },
    async errors(jobId) {
      const { status, text } = await api.call('GET', `/api/v1/imports/${jobId}/errors`)
      expect(status).toBe(200)
      return text.trimEnd().split('\r\n')
    },
  }
}
