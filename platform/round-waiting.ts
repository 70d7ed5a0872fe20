import { STREAMS } from '../shared/lake/lake-key.ts'
import { readCompaction, waitingHours } from './lake-bronze.ts'

export interface RoundWaiting {
  readonly open: boolean
  readonly objects: number
  readonly lines: number
  readonly bytes: number
  /** When the oldest was written, epoch milliseconds. */
  readonly since: number | null
  /** Of several workspaces: none is handed out. */
  readonly others: boolean
}

/** What waits and could be handed out to a compactor of this workspace; a round that is open is not done. */
export async function roundWaiting(env: Env, workspace: string): Promise<RoundWaiting> {
  const { closedBefore, open } = (await readCompaction(env.LAKE)).value
  let [objects, lines, bytes] = [0, 0, 0]
  let since: number | null = null
  let others = false
  for (const stream of STREAMS) {
    for await (const hour of waitingHours(env.LAKE, stream, closedBefore[stream])) {
      for (const object of hour.objects) {
        if (object.workspace !== workspace) {
          others ||= object.workspace === undefined
          continue
        }
        objects += 1
        lines += object.lines
        bytes += object.bytes
        since = Math.min(since ?? object.at, object.at)
      }
    }
  }
  return { open: open !== null, objects, lines, bytes, since, others }
}
