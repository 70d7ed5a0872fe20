import { useEffect, useState } from 'react'
import type { Figures } from '../../../shared/pipeline/figures.ts'
import type { LiveFilter } from '../../../shared/pipeline/live.ts'
import { type LiveRow, type LiveState, openLiveSocket } from './live-socket.ts'

/** How the workspace is doing, and the newest events that did not take effect: over one connection, while one looks. */
export interface LiveFigures {
  readonly state: LiveState
  /** With every slot of the last half hour in which something was decided. */
  readonly figures: Figures | undefined
  /** Since the page was opened, newest first. */
  readonly failures: readonly LiveRow[]
}

export const FAILED = ['rejected', 'dropped', 'dead_letter'] as const
const FILTER: LiveFilter = { outcomes: [...FAILED] }
const KEPT_MS = 30 * 60_000
const MOST_FAILURES = 20

export function useFigures(): LiveFigures {
  const [state, setState] = useState<LiveState>({ kind: 'connecting' })
  const [figures, setFigures] = useState<Figures>()
  const [failures, setFailures] = useState<readonly LiveRow[]>([])
  useEffect(() => {
    const socket = openLiveSocket(FILTER, {
      onState: setState,
      onGap() {
        // What is left out of a list of the newest is not missed.
      },
      onEvent: (row) =>
        setFailures((before) => [row, ...before.filter(({ copyId }) => copyId !== row.copyId)].slice(0, MOST_FAILURES)),
      onFigures: (told) => setFigures((before) => joined(before, told)),
    })
    // Nobody reads a page that is behind another; it is told everything again when it comes back.
    const look = () => socket.pause(document.hidden)
    document.addEventListener('visibilitychange', look)
    look()
    return () => {
      document.removeEventListener('visibilitychange', look)
      socket.close()
    }
  }, [])
  return { state, figures, failures }
}

/** What is told later counts: at first the whole half hour, then only the newest slots. */
function joined(before: Figures | undefined, told: Figures): Figures {
  const oldest = Date.parse(told.at) - KEPT_MS
  const slots = new Map([...(before?.slots ?? []), ...told.slots].map((slot) => [slot.from, slot]))
  return { ...told, slots: [...slots.values()].filter(({ from }) => Date.parse(from) > oldest) }
}
