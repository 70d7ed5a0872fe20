import { DurableObject } from 'cloudflare:workers'
import { log } from '../platform/log.ts'
import { maskOptionsOf } from '../platform/mask-options.ts'
import { nameParts, TRACES, traceStub } from '../platform/stubs.ts'
import { grantOf } from '../platform/token-grant.ts'
import { isGranted } from '../shared/contract/granted.ts'
import { grantedFigures } from '../shared/contract/granted-figures.ts'
import type { MaskOptions } from '../shared/masking/mask.ts'
import { FIGURES_MS, figuresFor } from '../shared/pipeline/figures.ts'
import {
  type LiveCopy,
  type LiveFeed,
  type LiveOpening,
  type LiveShare,
  OPENING_HEADER,
} from '../shared/pipeline/live.ts'
import {
  connectionIn,
  connectionOf,
  eventText,
  keep,
  MOST_CONNECTIONS,
  say,
  socketFor,
  wantsFigures,
  watcherOf,
} from './live-connection.ts'
import { type FigureReader, figureReader } from './live-figures.ts'
import { heard } from './live-message.ts'
import { isRead, type LiveRate, newRate, takeGap, takes } from './live-rate.ts'
import { maskedEventText } from './masked-event-text.ts'

/** How long a token's answer is believed while events are shown. */
const TOKEN_MS = 30_000
const NO_CODE = 1005
const BROKEN = 1006
/** How many events were not shown is told so often at most. */
const GAP_MS = 1_000

/**
 * Everybody who watches the events of one workspace. The traces are told who watches for what, and tell the consumers with
 * each batch; while nobody watches nobody calls. A connection is its WebSocket and what is attached to it, so the object
 * may be put to sleep and waked at any time. Nothing is kept: who was away reads the trace. Figures are told by an alarm,
 * which is set while somebody watches them.
 */
export class LiveHubObject extends DurableObject<Env> {
  readonly #rates = new Map<string, LiveRate>()
  readonly #checked = new Map<string, number>()
  readonly #readFigures: FigureReader
  #told = 0

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#readFigures = figureReader(env, this.#workspace)
    // Answered while the object sleeps.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('{"type":"ping"}', '{"type":"pong"}'))
  }

  /** A WebSocket, already let in: what it may see stands in a header that only our Worker can set. */
  override async fetch(request: Request): Promise<Response> {
    const opening = JSON.parse(decodeURIComponent(request.headers.get(OPENING_HEADER) ?? '')) as LiveOpening
    const { server, answer } = socketFor(request)
    const connection = await connectionOf(this.env, this.#workspace, opening)
    if (this.ctx.getWebSockets().length >= MOST_CONNECTIONS) {
      server.accept()
      server.close(1013, `${MOST_CONNECTIONS} connections watch this workspace already`)
      return answer
    }
    this.ctx.acceptWebSocket(server)
    keep(server, connection)
    try {
      await this.#tellTraces()
    } catch (fault) {
      // It would wait for events that nobody sends.
      log.warn('live: the traces were not told of a watcher', { workspace_id: this.#workspace, fault })
      server.close(1013, 'busy at the moment; please try again')
      return answer
    }
    say(server, {
      type: 'hello',
      workspace: this.#workspace,
      filter: connection.filter,
      payloads: connection.seesPeople,
    })
    if (wantsFigures(connection)) this.ctx.waitUntil(this.#beginFigures(server))
    return answer
  }

  /** What the consumers chose, from the filters that the traces knew. */
  async feed({ copies, shares }: LiveFeed): Promise<void> {
    const sockets = new Map(this.#open().map((socket) => [connectionIn(socket).id, socket]))
    const isMasked = [...sockets.values()].some((socket) => connectionIn(socket).masked)
    const options = isMasked ? await maskOptionsOf(this.env, this.#workspace) : undefined
    let isStale = false
    for (const share of shares) {
      const socket = sockets.get(share.watcher)
      if (socket) this.#show(socket, share, copies, options)
      else isStale = true
    }
    // They are gone, and the trace has not heard it.
    if (isStale) this.ctx.waitUntil(this.#tellTraces())
  }

  #show(
    socket: WebSocket,
    { copies: mine, skipped }: LiveShare,
    copies: readonly LiveCopy[],
    options: MaskOptions | undefined,
  ): void {
    const { id, seesPeople, masked } = connectionIn(socket)
    const rate = this.#rateOf(id)
    const heardAt = this.#heardAt(socket)
    const now = Date.now()
    rate.skipped += skipped
    for (const i of mine) {
      const copy = copies[i]
      if (!copy) continue
      const text = masked ? maskedEventText(copy, seesPeople, options) : eventText(copy, seesPeople)
      if (takes(rate, now, copy.isFailure, text.length, heardAt)) socket.send(text)
    }
    this.#oweGap(socket, rate)
    this.#believe(socket, id, now)
  }

  /** The half hour for a newcomer; from now on the alarm tells what is new. */
  async #beginFigures(socket: WebSocket): Promise<void> {
    await this.#tellFigures([socket], true)
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + FIGURES_MS)
  }

  override async alarm(): Promise<void> {
    const watching = this.#open().filter((socket) => wantsFigures(connectionIn(socket)))
    if (watching.length === 0) return
    await this.#tellFigures(watching, false)
    await this.ctx.storage.setAlarm(Date.now() + FIGURES_MS)
  }

  /** Never rejects: figures that cannot be read now are told the next time. */
  async #tellFigures(sockets: readonly WebSocket[], isWhole: boolean): Promise<void> {
    const now = Date.now()
    try {
      const figures = await this.#readFigures(now, isWhole)
      for (const socket of sockets) {
        if (socket.readyState !== WebSocket.OPEN) continue
        const { id, figures: groups = [] } = connectionIn(socket)
        const text = JSON.stringify({ type: 'figures', figures: figuresFor(figures, groups) })
        if (isRead(this.#rateOf(id), text.length, this.#heardAt(socket))) socket.send(text)
        this.#believe(socket, id, now)
      }
    } catch (fault) {
      log.warn('live: figures were not told', { workspace_id: this.#workspace, fault })
    }
  }

  #heardAt(socket: WebSocket): number {
    return this.ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0
  }

  /** The connection's token is believed for a while, then asked about. */
  #believe(socket: WebSocket, id: string, now: number): void {
    if (now - (this.#checked.get(id) ?? 0) < TOKEN_MS) return
    this.#checked.set(id, now)
    this.ctx.waitUntil(this.#checkToken(socket))
  }

  #oweGap(socket: WebSocket, rate: LiveRate): void {
    if (rate.skipped === 0 || rate.gapIsDue) return
    rate.gapIsDue = true
    setTimeout(() => {
      const skipped = takeGap(rate)
      if (socket.readyState === WebSocket.OPEN) say(socket, { type: 'gap', skipped })
    }, GAP_MS)
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    const before = connectionIn(socket)
    const rate = this.#rateOf(before.id)
    rate.unheard = 0
    const { connection, answer } = await heard(this.env, this.#workspace, before, message)
    if (connection !== before) {
      keep(socket, connection)
      this.#rates.delete(before.id)
      this.#rates.set(connection.id, rate)
      await this.#tellTraces()
    }
    say(socket, answer)
    if (before.isPaused && wantsFigures(connection)) this.ctx.waitUntil(this.#beginFigures(socket))
  }

  override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
    // The other half of the handshake. Codes that only say how a line broke cannot be said back.
    socket.close(code === NO_CODE || code === BROKEN ? 1000 : code)
    await this.#left(socket)
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    await this.#left(socket)
  }

  async #left(socket: WebSocket): Promise<void> {
    const { id } = connectionIn(socket)
    this.#rates.delete(id)
    this.#checked.delete(id)
    await this.#tellTraces(socket)
  }

  /** A later word counts, whichever arrives first. */
  async #tellTraces(gone?: WebSocket): Promise<void> {
    this.#told = Math.max(this.#told + 1, Date.now())
    const asOf = this.#told
    const connections = this.#open().flatMap((socket) => (socket === gone ? [] : [connectionIn(socket)]))
    const watchers = connections.filter(({ isPaused }) => !isPaused).map(watcherOf)
    await Promise.all(TRACES.map((shard) => traceStub(this.env, this.#workspace, shard).watch(asOf, watchers)))
  }

  /** A token that was revoked shows nothing more; one that cannot be read neither, but its holder may come again. */
  async #checkToken(socket: WebSocket): Promise<void> {
    const { tokenId, seesPeople: saw, figures } = connectionIn(socket)
    try {
      const grant = await grantOf(this.env, this.#workspace, tokenId, Date.now())
      if (grant === undefined) socket.close(4401, 'the token was revoked or has expired')
      else if (!isGranted(grant.scopes, 'events:read')) socket.close(4403, 'this token lacks the scope events:read')
      else {
        const { scopes, masked } = grant
        const seesPeople = isGranted(scopes, 'profiles:read')
        const told = figures ? { figures: grantedFigures(scopes) } : {}
        keep(socket, { ...connectionIn(socket), seesPeople, masked, ...told })
        if (seesPeople !== saw) await this.#tellTraces()
      }
    } catch (fault) {
      log.warn('live: the token of a connection cannot be read', { workspace_id: this.#workspace, fault })
      socket.close(1013, 'the token cannot be checked at the moment')
    }
  }

  #rateOf(id: string): LiveRate {
    const known = this.#rates.get(id)
    if (known) return known
    const rate = newRate()
    this.#rates.set(id, rate)
    return rate
  }

  #open(): readonly WebSocket[] {
    return this.ctx.getWebSockets().filter((socket) => socket.readyState === WebSocket.OPEN)
  }

  get #workspace(): string {
    return nameParts(this.ctx.id.name ?? '').workspace
  }
}
