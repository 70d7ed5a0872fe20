import type { z } from 'zod'
import type { JsonObject } from '../kernel/json.ts'
import type { MappingStep } from '../transform/mapping.ts'
import type { Delivery, DeliveryType } from './delivery.ts'
import type { Reply, Verdict } from './verdict.ts'

/** A request as data: one place sends it (platform/outbound.ts). */
export interface OutgoingRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** What a call needs from outside, all of it synchronous. */
export interface DestinationTools {
  /** Epoch milliseconds of this attempt. */
  readonly now: number
  sha256(text: string): string
  hmacSha256(key: Uint8Array | string, text: string): Uint8Array
  toBase64(bytes: Uint8Array | string): string
  /** Strictly; undefined when the text is no base64. */
  fromBase64(text: string): Uint8Array | undefined
  /** AWS Signature V4 for S3: the `authorization` of a request whose other headers are given. */
  signS3(request: OutgoingRequest, keys: S3Keys): string
  /** Of an API that takes tokens and not secrets: the one that `token` got. */
  readonly accessToken?: string
}

export interface S3Keys {
  readonly accessKey: string
  readonly secretKey: string
  readonly region: string
}

/** A request, or why there is nothing to send. */
export type Call = OutgoingRequest | { readonly skip: string }

export function skip(reason: string): { readonly skip: string } {
  return { skip: reason }
}

/** How an access token is got, for APIs that give them out for a while. */
export interface TokenExchange {
  call(settings: JsonObject): OutgoingRequest
  /** A token and how long it holds, or what is wrong. */
  read(reply: Reply, now: number): { readonly token: string; readonly holdsMs: number } | Verdict
}

/**
 * One kind of peer, as a value: `call` builds a request, `read` judges the reply, and nothing here touches the network.
 * Docs, forms and checks come from the same value.
 */
export interface DestinationType {
  readonly type: string
  readonly title: string
  /** One line for the docs. An API that was never called from here says so: *built from its documentation*. */
  readonly about: string
  readonly settings: z.ZodObject
  /** Settings that are encrypted at rest and never read back. */
  readonly secrets: readonly string[]
  /** Settings that are addresses: checked when they are saved. */
  readonly addresses: readonly string[]
  /** What it takes unless a filter says less; the rest is skipped as `type_not_taken`. */
  readonly takes: readonly DeliveryType[]
  readonly defaultMapping: readonly MappingStep[]
  /** Most deliveries in one request. */
  readonly most: number
  readonly token?: TokenExchange
  /** Not called over the network: the code of the workspace in `settings.code` is run. */
  readonly runsCode?: boolean
  /** At least one delivery, at most `most`, in order. */
  call(deliveries: readonly Delivery[], settings: JsonObject, tools: DestinationTools): Call
  /** One verdict for all, or one for each. */
  read(reply: Reply, now: number, count: number): Verdict | readonly Verdict[]
}

interface Definition<S extends z.ZodObject> {
  readonly type: string
  readonly title: string
  readonly about: string
  readonly settings: S
  readonly secrets: readonly (keyof z.output<S> & string)[]
  readonly addresses?: readonly (keyof z.output<S> & string)[]
  readonly takes: readonly DeliveryType[]
  readonly defaultMapping?: readonly MappingStep[]
  readonly most?: number
  readonly runsCode?: boolean
  readonly token?: { call(settings: z.output<S>): OutgoingRequest; read: TokenExchange['read'] }
  call(deliveries: readonly Delivery[], settings: z.output<S>, tools: DestinationTools): Call
  read(reply: Reply, now: number, count: number): Verdict | readonly Verdict[]
}

/** Settings were parsed by the very schema when they were saved, which is what the cast says. */
export function defineDestination<S extends z.ZodObject>(definition: Definition<S>): DestinationType {
  const { addresses = [], defaultMapping = [], most = 1, ...rest } = definition
  return { ...rest, addresses, defaultMapping, most } as unknown as DestinationType
}

/** Of a type that takes one delivery at a time. */
export function single<S>(
  call: (delivery: Delivery, settings: S, tools: DestinationTools) => Call,
): (deliveries: readonly Delivery[], settings: S, tools: DestinationTools) => Call {
  return (deliveries, settings, tools) => {
    const [first] = deliveries
    return first ? call(first, settings, tools) : skip('nothing_to_send')
  }
}

/** Everything that SDKs send. */
export const EVENTS: readonly DeliveryType[] = ['track', 'identify', 'page', 'screen', 'group', 'alias']

export function jsonPost(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): OutgoingRequest {
  return {
    method: 'POST',
    url,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  }
}

/** An address to which a path is added. */
export function trimmed(url: string): string {
  return url.replace(/\/+$/, '')
}
