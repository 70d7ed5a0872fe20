import { z } from 'zod'
import type { RollupRow } from '../../platform/quality-store.ts'
import { readQuality } from '../../shared/contract/read-quality.ts'
import { encodeCursor } from '../../shared/kernel/cursor.ts'
import { DAY, toIso } from '../../shared/kernel/instant.ts'
import { ok } from '../../shared/kernel/result.ts'
import { QualityResult } from '../../shared/quality/result.ts'
import { serve } from '../http/serve.ts'

const Results = z.array(QualityResult)
type Row = Pick<RollupRow, 'hour' | 'border' | 'tbl' | 'results'>

export const readQualityRoute = serve(readQuality, async ({ query }, { env, workspace, now }) => {
  const { border, table, severity, verdict, from = now - DAY, to = now, cursor, limit } = query
  const { results } = await env.DB.prepare(
    `SELECT hour, border, tbl, results FROM quality_rollups WHERE workspace = ?1 AND hour >= ?2 - 3600000 AND hour <= ?3
       AND (?4 IS NULL OR border = ?4) AND (?5 IS NULL OR tbl = ?5)
       AND (?6 IS NULL OR hour < ?6 OR (hour = ?6 AND border || '/' || tbl > ?7))
     ORDER BY hour DESC, border || '/' || tbl LIMIT ?8`,
  )
    .bind(workspace, from, to, border ?? null, table ?? null, cursor?.at ?? null, cursor?.id ?? null, limit + 1)
    .all<Row>()
  const shown = results.slice(0, limit)
  const last = results.length > limit ? shown.at(-1) : undefined
  const entries = shown.flatMap((row) =>
    Results.parse(JSON.parse(row.results)).map((result) => ({
      ...result,
      border: row.border,
      table: row.tbl,
      hour: toIso(row.hour),
    })),
  )
  return ok({
    results: entries.filter(
      (one) =>
        (severity === undefined || one.severity === severity) && (verdict === undefined || one.verdict === verdict),
    ),
    cursor: last ? encodeCursor({ at: last.hour, id: `${last.border}/${last.tbl}` }) : null,
  })
})
