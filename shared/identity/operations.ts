import type { CanonicalId } from '../kernel/id.ts'
import { type EraseOperation, type MergeOperation, type Operation, partiesOf, type ReleaseOperation } from './graph.ts'

/**
 * How decided operations are carried out. The graph is the only driver; operations of one profile run in order; every
 * step may be repeated after a crash anywhere.
 *
 * ```
 * merge    prepare(winner)          the winner emits nothing about segments until the merge is complete
 *          handOver(loser, cursor)  the loser becomes a tombstone {redirect} and gives a page     ─┐ until the last page
 *          stage(winner, page)      kept aside; visible in the transaction of the last page        ─┘
 *          forget(loser)            so that no copy of the person's data stays behind
 *
 * release  letGo(from, cursor)      the leaves leave the profile, are kept aside, and are given by the page ─┐ until the last
 *          goLive(to, page)         kept aside there too; alive in the transaction of the last page          ─┘
 *          confirm(from)            what was kept aside goes; both sides are evaluated again
 *
 * erase    remove(profile)          nothing stays but the fact, so that a caller with an old answer is sent back
 *          deleted(operation)       others are told
 * ```
 * Events go where the graph says from the decision on. Union by key makes the order irrelevant; so that a second copy of a
 * message is not told to be applied as well, the winner asks who is on the way (arriving.ts, shared/profile/seal.ts).
 */
export interface OperationPort<Page> {
  prepare(winner: CanonicalId, operation: MergeOperation): Promise<void>
  handOver(loser: CanonicalId, operation: MergeOperation, cursor: string | null): Promise<HandOver<Page>>
  stage(winner: CanonicalId, operation: MergeOperation, page: Page, index: number, last: boolean): Promise<void>
  forget(loser: CanonicalId, operation: MergeOperation): Promise<void>

  letGo(from: CanonicalId, operation: ReleaseOperation, cursor: string | null): Promise<HandOver<Page>>
  goLive(to: CanonicalId, operation: ReleaseOperation, page: Page, index: number, last: boolean): Promise<void>
  confirm(from: CanonicalId, operation: ReleaseOperation): Promise<void>

  remove(profile: CanonicalId, operation: EraseOperation): Promise<void>
  deleted(operation: EraseOperation): Promise<void>
}

export interface HandOver<Page> {
  readonly page: Page
  /** Where the next page starts; null when this was the last. */
  readonly next: string | null
}

export async function carryOut<Page>(operation: Operation, port: OperationPort<Page>): Promise<void> {
  switch (operation.kind) {
    case 'merge':
      await port.prepare(operation.winner, operation)
      await passPages(
        (cursor) => port.handOver(operation.loser, operation, cursor),
        (page, index, last) => port.stage(operation.winner, operation, page, index, last),
      )
      return port.forget(operation.loser, operation)
    case 'release':
      await passPages(
        (cursor) => port.letGo(operation.from, operation, cursor),
        (page, index, last) => port.goLive(operation.to, operation, page, index, last),
      )
      return port.confirm(operation.from, operation)
    case 'erase':
      // Merged-away leaves have objects too: tombstones, which then lead nowhere.
      for (const id of partiesOf(operation)) await port.remove(id, operation)
      return port.deleted(operation)
    case 'apart':
      return
  }
}

async function passPages<Page>(
  take: (cursor: string | null) => Promise<HandOver<Page>>,
  give: (page: Page, index: number, last: boolean) => Promise<void>,
): Promise<void> {
  let cursor: string | null = null
  for (let index = 0; ; index++) {
    const { page, next }: HandOver<Page> = await take(cursor)
    await give(page, index, next === null)
    if (next === null) return
    cursor = next
  }
}

/** The open operations that may run now: of each profile only the oldest one it takes part in. Oldest first. */
export function runnable(open: readonly Operation[]): readonly Operation[] {
  const taken = new Set<CanonicalId>()
  const ready: Operation[] = []
  for (const operation of [...open].sort((a, b) => a.seq - b.seq)) {
    const parties = partiesOf(operation)
    if (!parties.some((party) => taken.has(party))) ready.push(operation)
    for (const party of parties) taken.add(party)
  }
  return ready
}
