import { selected } from '../../platform/dead-letter-rows.ts'
import { discardDeadLetters } from '../../shared/contract/discard-dead-letters.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { keptSelection } from './kept-selection.ts'

export const discardDeadLettersRoute = serve(discardDeadLetters, async ({ body }, call) => {
  const { env, workspace } = call
  const where = selected(workspace, keptSelection(body))
  const [gone] = await env.DB.batch([
    env.DB.prepare(`DELETE FROM dead_letters WHERE ${where.sql}`).bind(...where.values),
    auditIfChanged(call, 'discardDeadLetters', body),
  ])
  return ok({ discarded: gone?.meta.changes ?? 0 })
})
