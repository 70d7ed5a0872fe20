import { createExecutionContext, createMessageBatch, getQueueResult, runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { identifierKey } from '../../platform/hashing.ts'
import { identityStub, METERS, meterStub, profileStub } from '../../platform/stubs.ts'
import { consume } from '../../queues/index.ts'
import type { CanonicalId } from '../../shared/kernel/id.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import type { IngestMessage } from '../../shared/message/ingest-message.ts'
import { addReading, emptyReading, type MeterReading } from '../../shared/pipeline/meter.ts'
import type { EventDocument, ProfileDocument } from '../../shared/profile/document.ts'

/** A workspace of a test's own in local workerd, with what a story needs: sending, delivering, reading. */
export const QUEUE = 'tributary-events-0'

export interface TestWorkspace {
  readonly id: string
  readonly source: string
}

let serial = 0

export async function aWorkspace(
  settings: JsonObject = {},
  segments: Record<string, unknown> = {},
): Promise<TestWorkspace> {
  serial += 1
  const id = `ws-${serial}-${Math.random().toString(36).slice(2, 10)}`
  const source = `src_${Math.random().toString(36).slice(2, 12).padEnd(8, '0')}`
  const statements = [
    env.DB.prepare('INSERT INTO workspaces (id, name, settings, created_at) VALUES (?, ?, ?, 0)').bind(
      id,
      id,
      JSON.stringify(settings),
    ),
    env.DB.prepare("INSERT INTO sources (id, workspace, name, kind, created_at) VALUES (?, ?, 'web', 'web', 0)").bind(
      source,
      id,
    ),
    ...Object.entries(segments).map(([key, condition]) =>
      env.DB.prepare('INSERT INTO segments (workspace, key, name, condition, created_at) VALUES (?, ?, ?, ?, 0)').bind(
        id,
        key,
        key,
        JSON.stringify(condition),
      ),
    ),
  ]
  await env.DB.batch(statements)
  return { id, source }
}

let requests = 0

/** What the edge would put on the queue for one request. */
export function aMessage(
  workspace: TestWorkspace,
  items: readonly JsonObject[],
  overrides: Partial<IngestMessage> = {},
): IngestMessage {
  requests += 1
  const receivedAt = overrides.receivedAt ?? Date.now()
  return {
    v: 1,
    requestId: `req${requests}`,
    source: workspace.source,
    trust: 'public',
    origin: 'live',
    receivedAt,
    items: items.map((body, i) => ({ i, messageId: `gen-${requests}-${i}`, body })),
    ...overrides,
  }
}

export interface Delivery {
  readonly acked: readonly string[]
  readonly retried: readonly string[]
}

/** Delivers messages as one batch; `attempts` is how often the queue says it has tried. */
export async function deliver(
  messages: readonly IngestMessage[],
  attempts = 1,
  environment: Env = env,
): Promise<Delivery> {
  const batch = createMessageBatch(
    QUEUE,
    messages.map((message) => ({
      id: message.requestId,
      timestamp: new Date(message.receivedAt),
      body: JSON.stringify(message),
      attempts,
    })),
  )
  const ctx = createExecutionContext()
  await consume(batch, environment)
  const result = await getQueueResult(batch, ctx)
  return { acked: result.explicitAcks, retried: result.retryMessages.map((message) => message.msgId) }
}

/** Merges run behind the answer; a story waits for them where it reads. */
export async function settled(workspace: TestWorkspace): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if ((await identityStub(env, workspace.id).openMerges()) === 0) return
    // A graph that was evicted in the middle of a merge resumes it by its alarm, five seconds on; tests do not wait.
    if (tries % 20 === 19) await runDurableObjectAlarm(identityStub(env, workspace.id))
    await new Promise((resume) => setTimeout(resume, 5))
  }
  throw new Error('merges did not end')
}

export async function locate(workspace: TestWorkspace, type: string, value: string): Promise<CanonicalId | null> {
  const key = identifierKey(env.IDENTITY_SECRET, workspace.id, type, value)
  return identityStub(env, workspace.id).locate({ kind: 'identifier', key })
}

export async function profileOf(workspace: TestWorkspace, type: string, value: string): Promise<ProfileDocument> {
  await settled(workspace)
  const id = await locate(workspace, type, value)
  if (!id) throw new Error(`nobody has ${type}:${value}`)
  const read = await profileStub(env, workspace.id, id).read({ meta: false })
  if (read.kind !== 'found') throw new Error(`${type}:${value} is ${read.kind}`)
  return read.value
}

export async function timelineOf(workspace: TestWorkspace, id: string): Promise<readonly EventDocument[]> {
  const read = await profileStub(env, workspace.id, id as CanonicalId).events({ limit: 1_000 })
  if (read.kind !== 'found') throw new Error(`${id} is ${read.kind}`)
  return read.value.events
}

export async function meterOf(workspace: TestWorkspace): Promise<MeterReading> {
  const readings = await Promise.all(METERS.map((meter) => meterStub(env, workspace.id, meter).read()))
  return readings.reduce((sum, reading) => addReading(sum, reading), emptyReading())
}

/** The ledger of a workspace, as a reader of the archive sees it: one line per copy, by copyId. */
export async function ledgerOf(
  workspace: TestWorkspace,
  stream: 'events' | 'effects' = 'events',
): Promise<Map<string, Record<string, unknown>>> {
  const ledger = new Map<string, Record<string, unknown>>()
  for (const copy of await linesOf(workspace, stream))
    if (!ledger.has(copy['copyId'] as string)) ledger.set(copy['copyId'] as string, copy)
  return ledger
}

/** Every line of the archive, also of a copy that was delivered again. */
export async function linesOf(
  workspace: TestWorkspace,
  stream: 'events' | 'effects' = 'events',
): Promise<readonly Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = []
  let cursor: string | undefined
  do {
    const page = await env.LAKE.list({ prefix: `bronze/${stream}/`, ...(cursor === undefined ? {} : { cursor }) })
    for (const { key } of page.objects) {
      const object = await env.LAKE.get(key)
      if (!object) continue
      const text = await new Response(object.body.pipeThrough(new DecompressionStream('gzip'))).text()
      for (const line of text.split('\n').filter((one) => one !== '')) {
        const copy = JSON.parse(line) as Record<string, unknown>
        if (copy['workspace'] === workspace.id) lines.push(copy)
      }
    }
    cursor = page.truncated ? page.cursor : undefined
  } while (cursor !== undefined)
  return lines
}
