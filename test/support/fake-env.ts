import { mintWriteKey } from '../../platform/hashing.ts'
import type { SourceRow } from '../../platform/source-row.ts'
import type { IngestMessage } from '../../shared/message/ingest-message.ts'

/**
 * Bindings for tests that fail on demand: the local ones never do. Each remembers what reached it. A fault may be an
 * error to throw, or `hang`, a promise that never settles.
 */
export type Fault = Error | 'hang' | undefined

async function strike(fault: Fault): Promise<void> {
  if (fault === 'hang') await new Promise(() => {})
  if (fault instanceof Error) throw fault
}

export class FakeQueue {
  fault: Fault
  backlogCount = 0
  readonly calls: string[][] = []

  get texts(): readonly string[] {
    return this.calls.flat()
  }

  async send(body: string): Promise<void> {
    await this.sendBatch([{ body }])
  }

  async sendBatch(messages: readonly { readonly body: string }[]): Promise<void> {
    await strike(this.fault)
    this.calls.push(messages.map(({ body }) => body))
  }

  async metrics(): Promise<QueueMetrics> {
    await strike(this.fault)
    return { backlogCount: this.backlogCount, backlogBytes: 0 }
  }
}

export class FakeBucket {
  fault: Fault
  readonly objects = new Map<string, string>()

  async put(key: string, text: string): Promise<void> {
    await strike(this.fault)
    this.objects.set(key, text)
  }

  async get(key: string): Promise<{ text(): Promise<string> } | null> {
    const text = this.objects.get(key)
    return text === undefined ? null : { text: async () => text }
  }

  async list({ prefix, limit }: { prefix: string; limit: number }): Promise<{ objects: { key: string }[] }> {
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort()
    return { objects: keys.slice(0, limit).map((key) => ({ key })) }
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.objects.delete(key)
  }
}

/** Answers every statement by the first word after FROM; a table that is missing answers with no rows. */
export class FakeDatabase {
  fault: Fault
  reads = 0
  readonly rows: Record<string, Record<string, unknown>[]> = {}

  prepare(sql: string) {
    const table = /FROM (\w+)/.exec(sql)?.[1] ?? ''
    const all = async () => {
      this.reads += 1
      await strike(this.fault)
      return { results: this.rows[table] ?? [] }
    }
    const statement = { bind: () => statement, all, first: async () => (await all()).results[0] ?? null }
    return statement
  }

  batch(statements: readonly { all(): Promise<unknown> }[]): Promise<unknown[]> {
    return Promise.all(statements.map((statement) => statement.all()))
  }
}

export const SOURCE = 'src_abcdefgh'
export const SECRET = 'test-write-key-secret'
export const WRITE_KEY = mintWriteKey(SECRET, SOURCE)

/** A row of the table sources, like a new one has it. */
export function aSourceRow(overrides: Partial<SourceRow> = {}): SourceRow & Record<string, unknown> {
  const keys = { write_key_from: 1, write_key_now: 1, secret_key_from: 1, secret_key_now: 1 }
  const rest = { enabled: 1, provider: null, settings: '{}', sealed: null, version: 1, created_at: 0 }
  return { id: SOURCE, workspace: 'acme', name: 'web', kind: 'web', ...rest, ...keys, ...overrides }
}

/** An environment of fakes with one enabled source, and the fakes themselves. */
export function fakeEnv() {
  const [events0, events1, bucket, database] = [new FakeQueue(), new FakeQueue(), new FakeBucket(), new FakeDatabase()]
  database.rows['sources'] = [aSourceRow()]
  const bindings = { EVENTS_0: events0, EVENTS_1: events1, LAKE: bucket, DB: database, WRITE_KEY_SECRET: SECRET }
  const env = bindings as unknown as Env // only what the edge touches
  const messages = () => [...events0.texts, ...events1.texts].map((text) => JSON.parse(text) as IngestMessage)
  return { env, events0, events1, bucket, database, messages }
}
