import { type Holding, heldRound } from '../../platform/handed-round.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import type { Call } from '../http/serve.ts'

const LOST = failure('conflict', 'the round is not this compactor’s, or not any more: ask for another one')

/** The round that a compactor calls about, which is being heard of. */
export async function roundOf(
  { env, workspace, now }: Call,
  asked: { readonly round: number; readonly by: string },
): Promise<Result<Holding, Failure>> {
  const holding = await heldRound(env, { workspace, ...asked }, now)
  return holding ? ok(holding) : err(LOST)
}
