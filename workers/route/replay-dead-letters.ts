import { selected } from '../../platform/dead-letter-rows.ts'
import { startJob } from '../../platform/jobs.ts'
import { replayDeadLetters } from '../../shared/contract/replay-dead-letters.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'
import { keptSelection } from './kept-selection.ts'

export const replayDeadLettersRoute = serve(replayDeadLetters, async ({ body }, call) => {
  const { env, workspace, now } = call
  const selection = keptSelection(body)
  const where = selected(workspace, selection)
  const counted = await env.DB.prepare(`SELECT COUNT(*) AS n FROM dead_letters WHERE ${where.sql}`)
    .bind(...where.values)
    .first<{ n: number }>()
  const total = counted?.n ?? 0
  const input = JSON.parse(JSON.stringify({ selection, until: now, total })) as JsonObject
  const audit = auditStatement(call, 'replayDeadLetters', { ...selection, total })
  const { jobId } = await startJob(env, { workspace, kind: 'replay-dead-letters', input, total }, now, [audit])
  return ok({ jobId })
})
