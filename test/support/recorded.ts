import jitsuBrowser from '../fixtures/sdk/jitsu-browser.json'
import jitsuNode from '../fixtures/sdk/jitsu-node.json'
import rudderBrowserV2 from '../fixtures/sdk/rudder-browser-v2.json'
import rudderNode from '../fixtures/sdk/rudder-node.json'
import rudderNodePlain from '../fixtures/sdk/rudder-node-plain.json'
import segmentBrowser from '../fixtures/sdk/segment-browser.json'
import segmentBrowserBatching from '../fixtures/sdk/segment-browser-batching.json'
import segmentBrowserSnippet from '../fixtures/sdk/segment-browser-snippet.json'
import segmentNode from '../fixtures/sdk/segment-node.json'
import segmentNodeLegacy from '../fixtures/sdk/segment-node-legacy.json'

/** Requests that real SDKs made, recorded on the wire (contracts/sdk.md). */
export interface RecordedRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly bodyText?: string
  readonly bodyBase64?: string
  readonly decodedBodyText?: string
  /** The status that the SDK was content with. */
  readonly answered: number
}

const RECORDED_KEY = 'fixture-write-key'

/** By the name that stands in the ids of their events. */
export const RECORDED: Readonly<Record<string, readonly RecordedRequest[]>> = {
  'jitsu-browser': jitsuBrowser as unknown as RecordedRequest[],
  'jitsu-node': jitsuNode as unknown as RecordedRequest[],
  'rudder-browser-v2': rudderBrowserV2 as unknown as RecordedRequest[],
  'rudder-node': rudderNode as unknown as RecordedRequest[],
  'rudder-node-plain': rudderNodePlain as unknown as RecordedRequest[],
  'segment-browser': segmentBrowser as unknown as RecordedRequest[],
  'segment-browser-batching': segmentBrowserBatching as unknown as RecordedRequest[],
  'segment-browser-snippet': segmentBrowserSnippet as unknown as RecordedRequest[],
  'segment-node': segmentNode as unknown as RecordedRequest[],
  'segment-node-legacy': segmentNodeLegacy as unknown as RecordedRequest[],
}

/** The body in the clear, with another write key. */
export function recordedBody(recorded: RecordedRequest, writeKey: string): string | undefined {
  return (recorded.decodedBodyText ?? recorded.bodyText)?.replaceAll(RECORDED_KEY, writeKey)
}

/** The request as it was on the wire, compression included, with another write key and to another host. */
export function replayed(recorded: RecordedRequest, writeKey: string, origin = 'https://t.example'): Request {
  const headers = new Headers(recorded.headers)
  headers.delete('content-length')
  if (headers.has('authorization')) headers.set('authorization', `Basic ${btoa(`${writeKey}:`)}`)
  const jitsuKey = headers.get('x-write-key')
  if (jitsuKey !== null) headers.set('x-write-key', jitsuKey.replace(RECORDED_KEY, writeKey))
  const url = origin + recorded.path.replace(RECORDED_KEY, writeKey)
  const packed = recorded.bodyBase64
  const body = packed === undefined ? recordedBody(recorded, writeKey) : Buffer.from(packed, 'base64')
  return new Request(url, { method: recorded.method, headers, ...(body === undefined ? {} : { body }) })
}
