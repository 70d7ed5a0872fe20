import { env } from 'cloudflare:workers'
import type { BronzeLine } from '../../platform/archive.ts'
import { allRows, lakeSnapshot } from '../../platform/lake-reader.ts'
import { HOLD_COLUMNS, type HoldRow } from '../../platform/quality-holds.ts'
import { compactRound } from '../../queues/compact-round.ts'
import { defaultSettings } from '../../shared/config/workspace-config.ts'
import { HOUR, MINUTE } from '../../shared/kernel/instant.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import type { Expectation } from '../../shared/quality/expectation.ts'
import type { TestWorkspace } from './workspace.ts'

/** Lines of bronze, what is expected of them, and what came of both: for stories of what is held. */
export const NOW = Date.now()
export const T0 = Math.floor(NOW / HOUR) * HOUR - 5 * MINUTE

export async function emptyBucket() {
  for (;;) {
    const { objects } = await env.LAKE.list()
    if (objects.length === 0) return
    await env.LAKE.delete(objects.map(({ key }) => key))
  }
}
export function line(
  workspace: TestWorkspace,
  n: number,
  properties: JsonObject = {},
  overrides: JsonObject = {},
): BronzeLine {
  const body = { type: 'track', event: 'Click', userId: 'u', messageId: `m${n}`, properties }
  const envelope = { requestId: `r${n}`, source: 'src_web', trust: 'public', origin: 'live', receivedAt: T0 }
  return {
    copyId: `r${n}.0`,
    receivedAt: T0,
    workspace: workspace.id,
    source: 'src_web',
    messageId: `m${n}`,
    type: 'track',
    outcome: 'applied',
    flags: [],
    canonicalId: 'prf_1',
    leaf: 'prf_1',
    envelope,
    item: { i: 0, body },
    ...overrides,
  }
}

export async function expectThat(
  { id: workspace }: TestWorkspace,
  changes: Partial<Expectation> = {},
  id = 'exp_total',
) {
  const document = {
    border: 'silver',
    table: 'events',
    column: 'properties.total',
    kind: 'range',
    params: { min: 0 },
    severity: 'hard',
    enabled: true,
    ...changes,
  }
  await env.DB.prepare(
    `INSERT INTO quality_expectations (workspace, id, document, created_at, updated_at) VALUES (?, ?, ?, 0, 0)
     ON CONFLICT DO UPDATE SET document = excluded.document`,
  )
    .bind(workspace, id, JSON.stringify(document))
    .run()
}

export async function compactAll(bucket: Pick<Env, 'LAKE'> = env, now = NOW) {
  while (
    (await compactRound({ ...env, ...bucket }, { by: 'test', now, until: Number.MAX_SAFE_INTEGER })) !== 'nothing'
  );
}

export async function keysIn({ id }: TestWorkspace): Promise<string[]> {
  const rows = await allRows(env.LAKE, await lakeSnapshot(env.LAKE, id), 'events', defaultSettings)
  return rows.map((row) => String(row['message_id'])).sort()
}

export async function holdsOf({ id }: TestWorkspace): Promise<HoldRow[]> {
  const all = env.DB.prepare(`SELECT ${HOLD_COLUMNS} FROM quality_holds WHERE workspace = ?`).bind(id)
  return (await all.all<HoldRow>()).results
}
