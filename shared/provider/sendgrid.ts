import { isObject, type JsonObject, type JsonValue } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { rawFromDer } from './ecdsa-der.ts'
import { fromBase64, fromDigits, fromPastedBase64, toHex } from './encoding.ts'
import type { FailReason, HookEvent, MessageEvent } from './hook-event.ts'
import type { HookRequest, HookSettings } from './hook-request.ts'
import { header } from './hook-request.ts'
import type { HookTools } from './hook-tools.ts'
import { flagAt, present, readRecords, secondsAt, textAt } from './payload.ts'
import { defineProvider, type KeptHook, OK_ANSWER } from './provider.ts'
import { secretsOf } from './scheme.ts'
import { isFresh, refused, VERIFIED, type Verdict } from './verdict.ts'

const SIGNATURE = 'x-twilio-email-event-webhook-signature'
const TIMESTAMP = 'x-twilio-email-event-webhook-timestamp'
/** Posts are retried for a day and may keep their first time; the event ids do the rest. */
const MAX_AGE_SECONDS = 25 * 3_600

/** Their words for the states of one mail. `dropped` never left SendGrid: it is no bounce. */
const TYPES: Readonly<Record<string, Pick<MessageEvent, 'type'>>> = {
  processed: { type: 'accepted' },
  delivered: { type: 'delivered' },
  deferred: { type: 'deferred' },
  bounce: { type: 'bounced' },
  dropped: { type: 'failed' },
  open: { type: 'opened' },
  click: { type: 'clicked' },
  spamreport: { type: 'complained' },
  unsubscribe: { type: 'unsubscribed' },
  group_unsubscribe: { type: 'unsubscribed' },
  group_resubscribe: { type: 'resubscribed' },
}

/** Reserved words of an event; whatever else stands at its top level are the sender's custom args. */
const RESERVED = new Set(
  (
    'email timestamp event category sg_event_id sg_message_id smtp-id reason status response attempt type tls cert_err ip ' +
    'useragent url url_offset asm_group_id pool newsletter sg_machine_open sg_content_type bounce_classification ' +
    'marketing_campaign_id marketing_campaign_name marketing_campaign_version marketing_campaign_split_id ' +
    'singlesend_id singlesend_name template_id template_version_id template_name phase_id'
  ).split(' '),
)

async function verify(request: HookRequest, settings: HookSettings, tools: HookTools, now: number): Promise<Verdict> {
  const keys = secretsOf(settings).flatMap((key) => fromPastedBase64(withoutArmour(key)) ?? [])
  if (keys.length === 0) return refused('not_configured')
  const [signature, timestamp] = [header(request, SIGNATURE), header(request, TIMESTAMP)]
  if (signature === undefined || timestamp === undefined) return refused('missing')
  const seconds = fromDigits(timestamp)
  const der = fromBase64(signature)
  const raw = der && rawFromDer(der)
  if (seconds === undefined || !raw) return refused('malformed')
  if (!isFresh(seconds * 1_000, now, settings.maxAgeSeconds ?? MAX_AGE_SECONDS)) return refused('stale')
  for (const key of keys) if (await tools.isEcdsaP256(key, raw, [timestamp, request.bytes])) return VERIFIED
  return refused('mismatch')
}

function withoutArmour(key: string): string {
  return key.replace(/-----(?:BEGIN|END) PUBLIC KEY-----/g, '').replace(/\s+/g, '')
}

function tell(record: JsonValue, _hook: KeptHook, tools: HookTools): Result<readonly HookEvent[], string> {
  if (!isObject(record)) return err('an event is not an object')
  const name = textAt(record, 'event')
  if (name === undefined) return err('an event has no name')
  const known = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined
  if (!known) return ok([])
  const recipient = textAt(record, 'email')
  if (recipient === undefined) return err(`${name}: there is no email`)
  const dedup = textAt(record, 'sg_event_id') ?? madeId(record, tools)
  const event = present<MessageEvent>({
    kind: 'message',
    channel: 'email',
    ...known,
    ...judged(known.type, record),
    recipient,
    dedup,
    at: secondsAt(record, 'timestamp'),
    messageId: textAt(record, 'sg_message_id')?.split('.', 1)[0],
    url: known.type === 'clicked' ? textAt(record, 'url') : undefined,
    code: textAt(record, 'status'),
    detail: textAt(record, 'reason') ?? textAt(record, 'response'),
    machine: flagAt(record, 'sg_machine_open') || undefined,
    metadata: customArgs(record),
  })
  return ok([event])
}

/** An event without an id, as old ones are, is known by what it says. */
function madeId(record: JsonObject, tools: HookTools): string {
  const parts = ['event', 'email', 'timestamp', 'sg_message_id', 'smtp-id', 'url'].map(
    (name) => textAt(record, name) ?? '',
  )
  return toHex(tools.sha256([parts.join('|')]))
}

function judged(type: MessageEvent['type'], record: JsonObject): Partial<MessageEvent> {
  if (type === 'bounced') return { bounce: isHard(record) ? 'hard' : 'soft' }
  if (type === 'failed') return { reason: dropReason(textAt(record, 'reason') ?? '') }
  if (type !== 'unsubscribed' && type !== 'resubscribed') return {}
  const group = textAt(record, 'asm_group_id')
  return { scope: textAt(record, 'event') === 'unsubscribe' || group === undefined ? 'all' : `group:${group}` }
}

/** `blocked` says that the server, not the address, is the trouble, whatever the status code. */
function isHard(record: JsonObject): boolean {
  const type = textAt(record, 'type')
  if (type === 'bounce') return true
  if (type === 'blocked') return false
  return (textAt(record, 'status') ?? '').startsWith('5')
}

/** SendGrid's list of drop reasons: what it holds back itself, and what it would not take. */
function dropReason(reason: string): FailReason {
  return /bounced|unsubscrib|spam report|suppress|^invalid$/i.test(reason) ? 'suppressed' : 'rejected'
}

function customArgs(record: JsonObject): MessageEvent['metadata'] {
  const args: Record<string, string | number | boolean> = {}
  for (const [name, value] of Object.entries(record)) {
    if (RESERVED.has(name) || name === '__proto__') continue
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') args[name] = value
  }
  return Object.keys(args).length > 0 ? args : undefined
}

export const sendgrid = defineProvider({
  name: 'sendgrid',
  title: 'SendGrid Event Webhook',
  scheme: 'ECDSA P-256 over timestamp and body; the secret is the public key shown by SendGrid',
  needs: [['secrets']],
  keeps: [],
  verify,
  read: ({ text }) => readRecords(text),
  tell,
  answers: { good: OK_ANSWER, refused: 403 },
})
