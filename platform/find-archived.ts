import type { ArchivedLine } from '../shared/message/archived-event.ts'
import { type ArchivePlace, firstPlace, readArchive } from './read-archive.ts'
import { TRACES, traceStub } from './stubs.ts'

/** Pages of the archive that are looked through for one event; a busy hour has more, and is worth no longer wait. */
const MOST_PAGES = 25

/** The line of an event that arrived within the last days, by its messageId; undefined when it is not found. */
export async function archivedLine(env: Env, workspace: string, messageId: string): Promise<ArchivedLine | undefined> {
  const traced = await Promise.all(TRACES.map((shard) => traceStub(env, workspace, shard).find(messageId)))
  const [copy] = traced.flat().sort((a, b) => b.receivedAt - a.receivedAt)
  if (!copy) return undefined
  let place: ArchivePlace | null = firstPlace(copy.receivedAt)
  for (let pages = 0; place && pages < MOST_PAGES; pages++) {
    const { lines, next }: Awaited<ReturnType<typeof readArchive>> = await readArchive(
      env,
      'events',
      place,
      copy.receivedAt,
    )
    const found = lines.find((line) => line['workspace'] === workspace && line['copyId'] === copy.copyId)
    if (found) return found
    place = next
  }
  return undefined
}
