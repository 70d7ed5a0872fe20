import { readProfileQuality } from '../../shared/contract/read-profile-quality.ts'
import { ok } from '../../shared/kernel/result.ts'
import { ProfileScores } from '../../shared/quality/profile-scores.ts'
import { serve } from '../http/serve.ts'

export const readProfileQualityRoute = serve(readProfileQuality, async (_, { env, workspace }) => {
  const { results } = await env.DB.prepare(
    'SELECT day, document FROM quality_scores WHERE workspace = ? ORDER BY day DESC LIMIT 91',
  )
    .bind(workspace)
    .all<{ day: string; document: string }>()
  const history = results.map(({ day, document }) => ({ day, ...ProfileScores.parse(JSON.parse(document)) }))
  return ok({ today: history[0] ?? null, history })
})
