import { selected } from '../../platform/dead-letter-rows.ts'
import { log } from '../../platform/log.ts'
import { countDeadLetters, MOST_COUNTED, MOST_KINDS } from '../../shared/contract/count-dead-letters.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { keptSelection } from './kept-selection.ts'

interface Kind {
  readonly stage: string
  readonly reason: string
  readonly count: number
  readonly lastAt: number
}

export const countDeadLettersRoute = serve(countDeadLetters, async ({ query }, { env, workspace }) => {
  const where = selected(workspace, keptSelection(query))
  const rows = await env.DB.prepare(
    `SELECT stage, reason, count(*) AS count, max(at) AS lastAt FROM
       (SELECT stage, reason, at FROM dead_letters WHERE ${where.sql} ORDER BY at DESC, id DESC LIMIT ?)
     GROUP BY stage, reason ORDER BY count DESC, stage, reason`,
  )
    .bind(...where.values, MOST_COUNTED)
    .all<Kind>()
    .catch((fault: unknown) => log.error('dead letters cannot be counted', { fault }))
  if (!rows) return err(failure('unavailable', 'dead letters cannot be counted at the moment'))
  const total = rows.results.reduce((sum, { count }) => sum + count, 0)
  const kinds = rows.results.slice(0, MOST_KINDS).map((kind) => ({ ...kind, lastAt: toIso(kind.lastAt) }))
  return ok({ total, kinds, more: total === MOST_COUNTED || rows.results.length > MOST_KINDS })
})
