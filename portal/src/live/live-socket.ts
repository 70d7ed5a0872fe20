import type { Figures } from '../../../shared/pipeline/figures.ts'
import type { LiveEvent, LiveFilter } from '../../../shared/pipeline/live.ts'

/**
 * One WebSocket to the live stream that comes back by itself (docs/trace.md, Live). It tells what it hears; what is kept
 * and shown is not its concern.
 */
export interface LiveRow extends LiveEvent {
  readonly payload?: unknown
  readonly payloadChars?: number
}

export type LiveState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open'; readonly payloads: boolean }
  | { readonly kind: 'waiting'; readonly why: string }
  /** `status` as a reply of the API would have it. */
  | { readonly kind: 'refused'; readonly status: number; readonly why: string }

export interface LiveListener {
  onEvent(row: LiveRow): void
  onGap(skipped: number): void
  onState(state: LiveState): void
  /** Whoever gives it asks for figures. */
  onFigures?(figures: Figures): void
}

interface Said {
  readonly type: string
  readonly event?: LiveRow
  readonly skipped?: number
  readonly payloads?: boolean
  readonly figures?: Figures
}

const PING_MS = 20_000
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 15_000
/** From these on the same answer would come again (docs/trace.md). */
const FINAL: ReadonlySet<number> = new Set([4400, 4401, 4403])
/** They are those of HTTP, moved to where a socket may have its own. */
const CODES_FROM = 4_000

export interface LiveSocket {
  filter(filter: LiveFilter): void
  /** While nobody looks. */
  pause(isPaused: boolean): void
  close(): void
}

export function openLiveSocket(first: LiveFilter, listener: LiveListener): LiveSocket {
  let filter = first
  let socket: WebSocket | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let waitMs = FIRST_WAIT_MS
  let closed = false
  let paused = false
  /** Filters that the server has not answered: until then what comes was chosen by an older one. */
  let unanswered = 0
  const pings = setInterval(() => say({ type: 'ping' }), PING_MS)

  function say(message: object): void {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
  }
  function ask(): void {
    if (socket?.readyState !== WebSocket.OPEN) return
    unanswered += 1
    say({ type: 'filter', ...filter })
  }
  function connect(): void {
    unanswered = 0
    listener.onState({ kind: 'connecting' })
    const url = new URL('/api/v1/events/live', location.href)
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
    if (listener.onFigures) url.searchParams.set('figures', '1')
    const mine = new WebSocket(url, ['tributary'])
    socket = mine
    mine.onopen = () => {
      ask()
      if (paused) say({ type: 'pause' })
    }
    mine.onmessage = ({ data }) => hear(JSON.parse(String(data)) as Said)
    mine.onclose = ({ code, reason }) => {
      if (closed || mine !== socket) return
      if (FINAL.has(code)) return listener.onState({ kind: 'refused', status: code - CODES_FROM, why: reason })
      listener.onState({ kind: 'waiting', why: reason })
      timer = setTimeout(connect, waitMs)
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)
    }
  }
  function hear(said: Said): void {
    if (said.type === 'hello') {
      waitMs = FIRST_WAIT_MS
      listener.onState({ kind: 'open', payloads: said.payloads === true })
    } else if (said.type === 'filter' || said.type === 'error') unanswered = Math.max(0, unanswered - 1)
    else if (said.type === 'event' && said.event) unanswered === 0 && listener.onEvent(said.event)
    else if (said.type === 'gap') unanswered === 0 && listener.onGap(said.skipped ?? 0)
    else if (said.type === 'figures' && said.figures) listener.onFigures?.(said.figures)
  }

  connect()
  return {
    filter(next) {
      filter = next
      ask()
    },
    pause(isPaused) {
      if (isPaused !== paused) say({ type: isPaused ? 'pause' : 'resume' })
      paused = isPaused
    },
    close() {
      closed = true
      clearTimeout(timer)
      clearInterval(pings)
      socket?.close()
    },
  }
}
