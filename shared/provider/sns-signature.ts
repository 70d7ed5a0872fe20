import { parseInstant } from '../kernel/instant.ts'
import { isObject, type JsonObject } from '../kernel/json.ts'
import { fromBase64 } from './encoding.ts'
import { type HookRequest, type HookSettings, header } from './hook-request.ts'
import type { HookTools } from './hook-tools.ts'
import { parseJson } from './payload.ts'
import { isFresh, refused, VERIFIED, type Verdict } from './verdict.ts'

/**
 * Amazon SNS: RSA over some of the message's fields, under a certificate that the message itself names. So the address
 * of the certificate is where a forger would begin, and it is checked before anything is fetched.
 */
const NOTIFICATION = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
const SUBSCRIPTION = ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type']
const SIGNED: Readonly<Record<string, readonly string[]>> = {
  Notification: NOTIFICATION,
  SubscriptionConfirmation: SUBSCRIPTION,
  UnsubscribeConfirmation: SUBSCRIPTION,
}
const HASHES: Readonly<Record<string, 'sha1' | 'sha256'>> = { '1': 'sha1', '2': 'sha256' }
const CERTIFICATE_HOST = 'sns.amazonaws.com'
/** SNS tries an endpoint of a customer again for an hour and does not sign again. */
const MAX_AGE_SECONDS = 3_600 + 300

export async function verifySnsSignature(
  request: HookRequest,
  settings: HookSettings,
  tools: HookTools,
  now: number,
): Promise<Verdict> {
  const topics = settings.topicArns ?? []
  if (topics.length === 0) return refused('not_configured')
  if (header(request, 'x-amz-sns-rawdelivery') !== undefined) return refused('missing')
  const message = snsMessageOf(request.text)
  const announced = header(request, 'x-amz-sns-message-type')
  if (!message || announced !== message['Type']) return refused('malformed')
  const signed = signedText(message)
  const hash = HASHES[String(message['SignatureVersion'])]
  const signature = typeof message['Signature'] === 'string' ? fromBase64(message['Signature']) : undefined
  const arn = regionOf(message['TopicArn'])
  const at = parseInstant(message['Timestamp'])
  if (signed === undefined || !hash || !signature || arn === undefined || at === undefined) return refused('malformed')
  // A true signature proves only that some AWS account sent it.
  if (!topics.includes(String(message['TopicArn']))) return refused('not_allowed')
  const address = message['SigningCertURL'] ?? message['SigningCertUrl']
  if (!isCertificateUrl(address, arn)) return refused('malformed')
  const certificate = await tools.certificate(address)
  if (!certificate?.hosts.includes(CERTIFICATE_HOST)) return refused('mismatch')
  if (now < certificate.notBefore || now > certificate.notAfter) return refused('stale')
  if (!tools.isRsa(certificate, hash, signature, [signed])) return refused('mismatch')
  return isFresh(at, now, settings.maxAgeSeconds ?? MAX_AGE_SECONDS) ? VERIFIED : refused('stale')
}

export function snsMessageOf(text: string): JsonObject | undefined {
  const body = parseJson(text)
  return body.ok && isObject(body.value) ? body.value : undefined
}

/** `key\nvalue\n` of each field that is there; undefined when one that must be there is not a text. */
function signedText(message: JsonObject): string | undefined {
  const keys = Object.hasOwn(SIGNED, String(message['Type'])) ? SIGNED[String(message['Type'])] : undefined
  if (!keys) return undefined
  let text = ''
  for (const key of keys) {
    const value = Object.hasOwn(message, key) ? message[key] : undefined
    // Only a subject may be missing; Lambda writes a missing one as null.
    if (key === 'Subject' && (value === undefined || value === null)) continue
    if (typeof value !== 'string') return undefined
    text += `${key}\n${value}\n`
  }
  return text
}

/** `us-west-2` of `arn:aws:sns:us-west-2:131990247566:topic`. */
export function regionOf(arn: unknown): string | undefined {
  if (typeof arn !== 'string') return undefined
  return /^arn:aws(?:-[a-z-]+)?:sns:([a-z]{2}(?:-[a-z]+)+-\d{1,2}):\d{12}:[A-Za-z0-9_.-]{1,256}$/.exec(arn)?.[1]
}

/** Text against text: whatever is not exactly Amazon's address is none, so there is nothing to parse and nothing to trick. */
export function isCertificateUrl(address: unknown, region: string): address is string {
  if (typeof address !== 'string') return false
  const path = /^https:\/\/([^/?#@:\\\s]+)\/SimpleNotificationService-[0-9a-fA-F]{8,64}\.pem$/.exec(address)
  return path !== null && isSnsHost(path[1] as string, region)
}

export function isSnsHost(host: string, region: string): boolean {
  return (
    host === `sns.${region}.amazonaws.com` || (region.startsWith('cn-') && host === `sns.${region}.amazonaws.com.cn`)
  )
}

/** The address to fetch once to confirm a subscription; undefined when the message is none or names another place. */
export function confirmationUrl(text: string, topicArns: readonly string[]): string | undefined {
  const message = snsMessageOf(text)
  if (message?.['Type'] !== 'SubscriptionConfirmation') return undefined
  const [arn, address] = [message['TopicArn'], message['SubscribeURL']]
  const region = regionOf(arn)
  if (typeof address !== 'string' || typeof arn !== 'string' || !region || !topicArns.includes(arn)) return undefined
  const parts = /^https:\/\/([^/?#@:\\\s]+)\/\?([^#\s]*)$/.exec(address)
  if (!parts || !isSnsHost(parts[1] as string, region)) return undefined
  const query = (parts[2] as string).split('&')
  const names = (name: string, value: string) =>
    query
      .filter((each) => each.startsWith(`${name}=`))
      .every((each) => each === `${name}=${value}` || each === `${name}=${encodeURIComponent(value)}`) &&
    query.some((each) => each.startsWith(`${name}=`))
  return names('Action', 'ConfirmSubscription') && names('TopicArn', arn) ? address : undefined
}
