import { CliError } from '../cli/command.ts'
import { compactOutside, type Outside, type RoundSums } from './compact-outside.ts'

/** Rounds until nothing is left that this workspace's compactor may take. */
export interface CompactingAll extends Omit<Outside, 'onLines'> {
  readonly onLines: (done: number, total: number) => void
  /** Asked between rounds. */
  readonly isStopped: () => boolean
  readonly pause: (ms: number) => Promise<unknown>
}

export interface OutsideSums extends RoundSums {
  readonly rounds: number
  readonly ms: number
  /** Something is left that holds the lines of several workspaces. */
  readonly others: boolean
}

const PAUSE_MS = 500
/** Somebody else is at it for so long: longer than a round that is dead keeps others waiting. */
const PATIENCE = 360
/** A round that has to be made again and again is not worth more tries. */
const MOST_STALE = 5

export async function compactAll({ onLines, isStopped, pause, ...outside }: CompactingAll): Promise<OutsideSums> {
  const began = performance.now()
  const waiting = await outside.calls.waiting()
  const sums = { rounds: 0, lines: 0, rows: 0, files: 0, bytes: 0, held: 0 }
  let [busy, stale, looked] = [0, 0, 0]
  const onRound = (lines: number) => onLines((looked += lines), Math.max(waiting.lines, looked))
  while (!isStopped() && busy < PATIENCE) {
    const end = await compactOutside({ ...outside, onLines: onRound })
    if (end.ends === 'nothing') break
    if (end.ends === 'done') {
      sums.rounds += 1
      for (const name of ['lines', 'rows', 'files', 'bytes', 'held'] as const) sums[name] += end[name]
      ;[busy, stale] = [0, 0]
      // What arrives meanwhile is for the next time.
      if (sums.lines >= waiting.lines) break
      continue
    }
    looked = sums.lines
    if (end.ends === 'stale' && ++stale > MOST_STALE)
      throw new CliError('What is expected, or who was erased, keeps changing: try again in a while.')
    if (end.ends !== 'stale') busy += 1
    await pause(PAUSE_MS)
  }
  return { ...sums, ms: Math.round(performance.now() - began), others: waiting.others }
}
