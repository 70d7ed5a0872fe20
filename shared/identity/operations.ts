import type { CanonicalId } from '../kernel/id.ts'
import type { MergeOperation } from './graph.ts'

/**
 * How a decided merge is carried out. The graph is the only driver; operations of one profile run in order; every
 * step may be repeated after a crash anywhere.
 *
 * ```
 *  prepare(winner)          the winner emits nothing about segments until the merge is complete
 *  handOver(loser, cursor)  the loser becomes a tombstone {redirect} and gives a page   ─┐ until the last page
 *  stage(winner, page)      kept aside; visible in the transaction of the last page      ─┘
 *  forget(loser)            so that no copy of the person's data stays behind
 * ```
 * Events go to the winner from the decision on. Union by key makes the order irrelevant.
 */
export interface MergePort<Page> {
  prepare(winner: CanonicalId, operation: MergeOperation): Promise<void>
  handOver(loser: CanonicalId, operation: MergeOperation, cursor: string | null): Promise<HandOver<Page>>
  stage(winner: CanonicalId, operation: MergeOperation, page: Page, index: number, last: boolean): Promise<void>
  forget(loser: CanonicalId, operation: MergeOperation): Promise<void>
}

export interface HandOver<Page> {
  readonly page: Page
  /** Where the next page starts; null when this was the last. */
  readonly next: string | null
}

export async function carryOutMerge<Page>(operation: MergeOperation, port: MergePort<Page>): Promise<void> {
  await port.prepare(operation.winner, operation)
  let cursor: string | null = null
  for (let index = 0; ; index++) {
    const { page, next }: HandOver<Page> = await port.handOver(operation.loser, operation, cursor)
    await port.stage(operation.winner, operation, page, index, next === null)
    if (next === null) break
    cursor = next
  }
  await port.forget(operation.loser, operation)
}

/** The open operations that may run now: of each profile only the oldest one it takes part in. Oldest first. */
export function runnable(open: readonly MergeOperation[]): readonly MergeOperation[] {
  const taken = new Set<CanonicalId>()
  const ready: MergeOperation[] = []
  for (const operation of [...open].sort((a, b) => a.seq - b.seq)) {
    if (!taken.has(operation.winner) && !taken.has(operation.loser)) ready.push(operation)
    taken.add(operation.winner)
    taken.add(operation.loser)
  }
  return ready
}
