import { handOut } from '../../platform/handed-round.ts'
import { expectationsOf } from '../../platform/quality-store.ts'
import { settingsOf } from '../../platform/sealed-round.ts'
import { ROUND_FORMAT } from '../../shared/contract/lake-round.ts'
import { openLakeRound } from '../../shared/contract/open-lake-round.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { ok } from '../../shared/kernel/result.ts'
import { bronzeKey } from '../../shared/lake/lake-key.ts'
import { serve } from '../http/serve.ts'

export const openLakeRoundRoute = serve(openLakeRound, async ({ body }, { env, workspace, now }) => {
  const [settings, all] = await Promise.all([settingsOf(env, workspace), expectationsOf(env, workspace)])
  const open = await handOut(env, { workspace, ...body }, now)
  if (typeof open === 'string') return ok({ ends: open, round: null })
  const { round, stream, hour, objects } = open
  return ok({
    ends: 'open' as const,
    round: {
      round,
      workspace,
      stream,
      hour: toIso(hour),
      objects: objects.map((name) => bronzeKey(stream, hour, name)),
      format: ROUND_FORMAT,
      settings,
      expectations: all.filter(({ enabled, border }) => enabled && (border === 'bronze' || border === 'silver')),
    },
  })
})
