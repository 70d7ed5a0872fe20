import { createHash, createHmac } from 'node:crypto'
import type { DestinationTools, OutgoingRequest, S3Keys } from '../shared/destination/destination-type.ts'
import { fromBase64 } from '../shared/provider/encoding.ts'
import { signAws } from './aws-sigv4.ts'

/** The arithmetic behind `shared/destination`. */
export function destinationTools(now: number, accessToken?: string): DestinationTools {
  const tools = { now, sha256, hmacSha256, toBase64, fromBase64, signS3 }
  return accessToken === undefined ? tools : { ...tools, accessToken }
}

export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

function hmacSha256(key: Uint8Array | string, text: string): Uint8Array {
  return createHmac('sha256', key).update(text, 'utf8').digest()
}

function toBase64(bytes: Uint8Array | string): string {
  return (typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : Buffer.from(bytes)).toString('base64')
}

/** Our keys have no characters that S3 would want encoded once and others twice. */
function signS3({ method, url, headers, body = '' }: OutgoingRequest, keys: S3Keys): string {
  const { host } = new URL(url)
  // The runtime sends the host itself, and would not let us; it is signed all the same.
  return signAws({ method, url, headers: { host, ...headers }, body }, { ...keys, service: 's3' }).authorization
}
