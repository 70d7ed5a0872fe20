import { nameKeys } from '../../platform/round-names.ts'
import { nameRoundKeys } from '../../shared/contract/name-round-keys.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { roundOf } from './round-of.ts'

export const nameRoundKeysRoute = serve(nameRoundKeys, async ({ params: { round }, body }, call) => {
  const holding = await roundOf(call, { round, by: body.by })
  if (!holding.ok) return holding
  const names = body.names.map(([type, match]) => ({ type, match }))
  const { keys, erased } = await nameKeys(call.env, call.workspace, names, call.now)
  return ok({ keys: [...keys], erased: erased.map(([place, until]): [number, number | null] => [place, until]) })
})
