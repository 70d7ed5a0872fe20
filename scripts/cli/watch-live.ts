import { setTimeout as sleep } from 'node:timers/promises'
import { isObject, jsonOf } from '../../shared/kernel/json.ts'
import type { LiveFilter } from '../../shared/pipeline/live.ts'
import { CliError } from './command.ts'
import type { Server } from './server.ts'
import type { TailEvent } from './tail-line.ts'

export interface Watching {
  /** Answers whether to go on. */
  readonly event: (event: TailEvent) => boolean
  readonly gap: (skipped: number) => void
  /** For the person, beside the events. */
  readonly note: (text: string) => void
}

/** A ping says that we are there and have read what was sent. */
const PING_MS = 10_000
const FIRST_WAIT_MS = 500
const MOST_WAIT_MS = 15_000
/** Closed by the server for good: the token, its rights, the filter. */
const FINAL = [4400, 4401, 4403]
const LATER = 1013

/** Follows the live stream until it is enough or Ctrl-C, and comes back when the line drops. @throws CliError when refused */
export async function watchLive(server: Server, filter: LiveFilter, watching: Watching): Promise<void> {
  const stopped = new AbortController()
  const stop = () => stopped.abort()
  process.once('SIGINT', stop)
  try {
    let wasEverOpen = false
    for (let wait = FIRST_WAIT_MS; !stopped.signal.aborted; wait = Math.min(wait * 2, MOST_WAIT_MS)) {
      const end = await connection(server, filter, watching, stopped.signal)
      if (end.kind === 'enough') return
      if (FINAL.includes(end.code)) throw new CliError(`${server.url} refuses: ${end.reason}`)
      if (end.wasOpen) {
        wasEverOpen = true
        wait = FIRST_WAIT_MS
      } else if (!wasEverOpen && end.code !== LATER) throw new CliError(`${server.url} cannot be reached.`)
      if (end.wasOpen || end.reason) watching.note(`disconnected${end.reason ? ` (${end.reason})` : ''}; trying again`)
      await sleep(wait, undefined, { signal: stopped.signal }).catch(() => {}) // Ctrl-C ends the waiting
    }
  } finally {
    process.removeListener('SIGINT', stop)
  }
}

type End =
  | { readonly kind: 'enough' }
  | { readonly kind: 'closed'; readonly code: number; readonly reason: string; readonly wasOpen: boolean }

function connection(server: Server, filter: LiveFilter, watching: Watching, signal: AbortSignal): Promise<End> {
  const url = new URL('/api/v1/events/live', server.url.replace(/^http/, 'ws'))
  const socket = new WebSocket(url.href, ['tributary', `token.${server.apiToken}`])
  const say = (message: object) => socket.send(JSON.stringify(message))
  let wasOpen = false
  // What comes before the filter is in force is not what was asked for.
  let isFiltered = false
  let pings: ReturnType<typeof setInterval> | undefined
  return new Promise((resolve) => {
    const enough = () => {
      clearInterval(pings)
      socket.close(1000)
      resolve({ kind: 'enough' })
    }
    signal.addEventListener('abort', enough, { once: true })
    socket.addEventListener('close', ({ code, reason }) => {
      clearInterval(pings)
      signal.removeEventListener('abort', enough)
      resolve({ kind: 'closed', code, reason, wasOpen })
    })
    socket.addEventListener('error', () => {}) // a close follows, which says more
    socket.addEventListener('message', ({ data }) => {
      const said = jsonOf(String(data))
      if (!isObject(said)) return
      if (said['type'] === 'hello') {
        wasOpen = true
        say({ type: 'filter', ...filter })
        pings = setInterval(() => say({ type: 'ping' }), PING_MS)
      } else if (said['type'] === 'filter') {
        isFiltered = true
        watching.note('watching; Ctrl-C ends it')
      } else if (said['type'] === 'error') watching.note(`the server says: ${JSON.stringify(said['errors'])}`)
      else if (!isFiltered) return
      else if (said['type'] === 'gap') watching.gap(Number(said['skipped']))
      else if (said['type'] === 'event' && !watching.event(said['event'] as unknown as TailEvent)) enough()
    })
  })
}
