import { overlapOf } from '../../platform/audience.ts'
import { readDefinitions } from '../../platform/change-definitions.ts'
import { overlapSegments } from '../../shared/contract/overlap-segments.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { unprocessable } from './check-condition.ts'

export const overlapSegmentsRoute = serve(overlapSegments, async ({ body: { keys } }, { env, workspace }) => {
  const { segments } = await readDefinitions(env, workspace)
  const missing = keys.flatMap((key, i) =>
    segments.has(key) ? [] : [{ path: `keys.${i}`, message: `there is no segment ${key}` }],
  )
  if (missing.length > 0) return unprocessable(missing)
  const { combinations } = await overlapOf(env, workspace, keys)
  return ok({ combinations: combinations.map(({ keys, count }) => ({ keys: [...keys], count })) })
})
