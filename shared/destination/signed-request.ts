import type { DestinationTools, OutgoingRequest } from './destination-type.ts'

/** The request with the signature of Standard Webhooks 1.0.0. The id says to the receiver which message it is, however often it comes. */
export function signedRequest(
  request: OutgoingRequest,
  id: string,
  secret: string,
  tools: Pick<DestinationTools, 'now' | 'hmacSha256' | 'toBase64' | 'fromBase64'>,
): OutgoingRequest {
  const seconds = Math.floor(tools.now / 1_000)
  const signed = `${id}.${seconds}.${request.body ?? ''}`
  const signature = tools.toBase64(tools.hmacSha256(keyOf(secret, tools), signed))
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${signature}` }
  return { ...request, headers: { ...request.headers, ...headers } }
}

/** Receivers decode what stands behind `whsec_`; a secret that is no base64 is taken as it is. */
function keyOf(secret: string, { fromBase64 }: Pick<DestinationTools, 'fromBase64'>): Uint8Array | string {
  const bare = secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : secret
  return fromBase64(bare) ?? secret
}
