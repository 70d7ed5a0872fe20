import { useCallback, useEffect, useRef, useState } from 'react'
import type { LiveFilter } from '../../../shared/pipeline/live.ts'
import { type LiveRow, type LiveSocket, type LiveState, openLiveSocket } from './live-socket.ts'

/** The newest events of the stream, newest first, and what waits while one pauses. */
export interface LiveEvents {
  readonly state: LiveState
  readonly rows: readonly LiveRow[]
  /** How many came since the pause began. */
  readonly waiting: number
  /** How many were not sent because of the cap, or not kept because one paused for long. */
  readonly skipped: number
  readonly isPaused: boolean
  setPaused(paused: boolean): void
  clear(): void
}

/** A page that holds more is slow, and nobody reads further back: the list of events does. */
const MOST_ROWS = 500

export function useLiveEvents(filter: LiveFilter): LiveEvents {
  const [state, setState] = useState<LiveState>({ kind: 'connecting' })
  const [rows, setRows] = useState<readonly LiveRow[]>([])
  const [waiting, setWaiting] = useState<readonly LiveRow[]>([])
  const [count, setCount] = useState(0)
  const [skipped, setSkipped] = useState(0)
  const [isPaused, setPaused] = useState(false)
  const paused = useRef(false)
  const socket = useRef<LiveSocket>(undefined)
  const wanted = JSON.stringify(filter)

  // biome-ignore lint/correctness/useExhaustiveDependencies: one connection; another filter is told below
  useEffect(() => {
    const pile: LiveRow[] = []
    let frame = 0
    // Fifty a second are drawn once a frame.
    const show = () => {
      frame = 0
      const come = pile.splice(0).reverse()
      if (!paused.current) return setRows((before) => newest([...come, ...before]))
      setWaiting((before) => newest([...come, ...before]))
      setCount((before) => before + come.length)
    }
    const opened = openLiveSocket(filter, {
      onEvent(row) {
        pile.push(row)
        frame ||= requestAnimationFrame(show)
      },
      onGap: (more) => setSkipped((before) => before + more),
      onState: setState,
    })
    socket.current = opened
    return () => {
      cancelAnimationFrame(frame)
      opened.close()
    }
  }, [])

  useEffect(() => {
    socket.current?.filter(JSON.parse(wanted))
    setRows([])
    setWaiting([])
    setCount(0)
    setSkipped(0)
  }, [wanted])

  const pause = useCallback(
    (next: boolean) => {
      paused.current = next
      setPaused(next)
      if (next) return
      setRows((before) => newest([...waiting, ...before]))
      setWaiting([])
      setCount(0)
    },
    [waiting],
  )
  return { state, rows, waiting: count, skipped, isPaused, setPaused: pause, clear: () => setRows([]) }
}

/** Each arrival once: a batch that a queue delivered twice is shown twice. */
function newest(rows: readonly LiveRow[]): readonly LiveRow[] {
  const seen = new Set<string>()
  return rows.filter(({ copyId }) => !seen.has(copyId) && seen.add(copyId)).slice(0, MOST_ROWS)
}
