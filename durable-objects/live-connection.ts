import { identifierKey } from '../platform/hashing.ts'
import { identityStub } from '../platform/stubs.ts'
import { identifierName, identifierOf } from '../shared/identity/identifier.ts'
import { isCanonicalId } from '../shared/kernel/id.ts'
import type { LiveCopy, LiveFilter, LiveOpening, Watcher } from '../shared/pipeline/live.ts'

export const MOST_CONNECTIONS = 20

/** What is attached to a WebSocket. */
export interface Connection extends LiveOpening {
  /** Of the connection with this very filter: what was chosen for an older one is not shown. */
  readonly id: string
  readonly isPaused: boolean
  /** Whom `filter.profile` named when it was set. */
  readonly person?: string
}

export async function connectionOf(env: Env, workspace: string, opening: LiveOpening): Promise<Connection> {
  const { filter, ...rest } = opening
  return { ...rest, isPaused: false, ...(await filtered(env, workspace, filter, opening.seesPeople)) }
}

/** A filter set: under a new id, with the person it is about looked for. */
export async function filtered(env: Env, workspace: string, filter: LiveFilter, seesPeople: boolean) {
  const profile = filter.profile === undefined ? undefined : normalForm(filter.profile)
  const person = profile === undefined || !seesPeople ? undefined : await personOf(env, workspace, profile)
  return {
    id: crypto.randomUUID(),
    filter: profile === undefined ? filter : { ...filter, profile },
    ...(person === undefined ? {} : { person }),
  }
}

/** Our end of a WebSocket, and what is answered to who asked for it; of the protocols offered ours is chosen. */
export function socketFor(request: Request): { readonly server: WebSocket; readonly answer: Response } {
  const { 0: client, 1: server } = new WebSocketPair()
  const protocols = request.headers.get('Sec-WebSocket-Protocol')?.split(',') ?? []
  const chosen = protocols.some((one) => one.trim() === 'tributary')
  const headers = chosen ? { 'Sec-WebSocket-Protocol': 'tributary' } : {}
  return { server, answer: new Response(null, { status: 101, webSocket: client, headers }) }
}

export function watcherOf({ id, filter, person, seesPeople }: Connection): Watcher {
  return { id, filter, seesPeople, ...(person === undefined ? {} : { person }) }
}

export function wantsFigures({ figures, isPaused }: Connection): boolean {
  return figures !== undefined && !isPaused
}

export function connectionIn(socket: WebSocket): Connection {
  return socket.deserializeAttachment() as Connection
}

export function keep(socket: WebSocket, connection: Connection): void {
  socket.serializeAttachment(connection)
}

export function say(socket: WebSocket, message: { readonly type: string; readonly [key: string]: unknown }): void {
  socket.send(JSON.stringify(message))
}

export function eventText({ event, payload, payloadChars }: LiveCopy, seesPeople: boolean): string {
  const seen = seesPeople && payloadChars !== undefined ? { payloadChars } : {}
  const text = JSON.stringify({ type: 'event', event: { ...event, ...seen } })
  // The payload is JSON already: it is put in, not read and written again for every watcher.
  return seesPeople && payload !== undefined ? `${text.slice(0, -2)},"payload":${payload}}}` : text
}

function normalForm(ref: string): string {
  const identifier = identifierIn(ref)
  return identifier ? identifierName(identifier) : ref
}

function identifierIn(ref: string) {
  const colon = ref.indexOf(':')
  return colon === -1 ? undefined : identifierOf(ref.slice(0, colon), ref.slice(colon + 1))
}

/** Nobody yet: then the messages that name the identifier are shown. */
async function personOf(env: Env, workspace: string, ref: string): Promise<string | undefined> {
  const graph = identityStub(env, workspace)
  if (isCanonicalId(ref)) return (await graph.locate({ kind: 'id', id: ref })) ?? undefined
  const identifier = identifierIn(ref)
  if (!identifier) return undefined
  const key = identifierKey(env.IDENTITY_SECRET, workspace, identifier.type, identifier.match)
  return (await graph.locate({ kind: 'identifier', key })) ?? undefined
}
