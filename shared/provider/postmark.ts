import { isObject, type JsonObject, type JsonValue } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { HookEvent, MessageEvent, SuppressionMirror } from './hook-event.ts'
import type { HookTools } from './hook-tools.ts'
import { at, digestOf, flagAt, instantAt, present, readRecords, scalarsOf, textAt } from './payload.ts'
import { defineProvider, type KeptHook, OK_ANSWER } from './provider.ts'
import { verifyCredential } from './scheme.ts'

type Judgement = Pick<MessageEvent, 'type' | 'bounce' | 'reason'>

const HARD: Judgement = { type: 'bounced', bounce: 'hard' }
const SOFT: Judgement = { type: 'bounced', bounce: 'soft' }
const AUTO: Judgement = { type: 'replied', reason: 'auto' }
const SUPPRESSED: Judgement = { type: 'failed', reason: 'suppressed' }

/** Bounce.Type in our words. */
const BOUNCES: Readonly<Record<string, Judgement>> = {
  HardBounce: HARD,
  BadEmailAddress: HARD,
  SoftBounce: SOFT,
  Blocked: SOFT,
  SpamNotification: SOFT,
  VirusNotification: SOFT,
  Undeliverable: SOFT,
  Undetermined: SOFT,
  Unknown: SOFT,
  Transient: { type: 'deferred' },
  DnsError: { type: 'deferred' },
  OpenRelayTest: { type: 'deferred' },
  AutoResponder: AUTO,
  AddressChange: AUTO,
  ChallengeVerification: AUTO,
  Unsubscribe: { type: 'unsubscribed' },
  Subscribe: { type: 'resubscribed' },
  SpamComplaint: { type: 'complained' },
  ManuallyDeactivated: SUPPRESSED,
  InactiveRecipient: SUPPRESSED,
  Unconfirmed: SUPPRESSED,
  SMTPApiError: { type: 'failed', reason: 'rejected' },
  InboundError: { type: 'failed', reason: 'other' },
  DMARCPolicy: { type: 'failed', reason: 'config' },
  TemplateRenderingFailed: { type: 'failed', reason: 'rendering' },
}

function tell(record: JsonValue, _hook: KeptHook, tools: HookTools): Result<readonly HookEvent[], string> {
  if (!isObject(record)) return err('the record is not an object')
  const kind = textAt(record, 'RecordType')
  switch (kind) {
    case 'Delivery':
      return told(record, { type: 'delivered' }, tools)
    case 'Open':
      return told(record, { type: 'opened' }, tools)
    case 'Click':
      return told(record, { type: 'clicked' }, tools)
    case 'SpamComplaint':
      return told(record, { type: 'complained' }, tools)
    case 'Bounce':
      return told(record, bounceOf(record), tools)
    case 'SubscriptionChange':
      return subscription(record, tools)
    case undefined:
      return textAt(record, 'FromFull', 'Email') || textAt(record, 'From')
        ? told(record, { type: 'replied' }, tools)
        : ok([])
    default:
      return ok([])
  }
}

/** An unknown type says only that the mail did not arrive; `Inactive` says that Postmark will not send there again. */
function bounceOf(record: JsonObject): Judgement {
  const known = BOUNCES[textAt(record, 'Type') ?? ''] ?? SOFT
  return known === SOFT && flagAt(record, 'Inactive') ? HARD : known
}

function subscription(record: JsonObject, tools: HookTools): Result<readonly HookEvent[], string> {
  const scope = `stream:${textAt(record, 'MessageStream') ?? 'outbound'}`
  if (!flagAt(record, 'SuppressSending')) return told(record, { type: 'resubscribed', scope }, tools)
  const reason = textAt(record, 'SuppressionReason')
  if (reason === 'ManualSuppression') return told(record, { type: 'unsubscribed', scope }, tools)
  const recipient = textAt(record, 'Recipient')
  if (recipient === undefined) return err('there is no Recipient')
  const mirror: SuppressionMirror = {
    kind: 'mirror',
    channel: 'email',
    recipient,
    cause: reason === 'SpamComplaint' ? 'complaint' : 'hard_bounce',
    suppressed: true,
    at: instantAt(record, 'ChangedAt'),
    dedup: dedupOf(record, tools),
  }
  return ok([mirror])
}

function told(
  record: JsonObject,
  known: Judgement & Pick<MessageEvent, 'scope'>,
  tools: HookTools,
): Result<readonly HookEvent[], string> {
  const from = known.type === 'replied' ? (textAt(record, 'FromFull', 'Email') ?? textAt(record, 'From')) : undefined
  const person = known.reason === 'auto' ? undefined : from
  const recipient = person ?? textAt(record, 'Recipient') ?? textAt(record, 'Email')
  if (recipient === undefined) return err('there is no recipient')
  return ok([
    present<MessageEvent>({
      kind: 'message',
      channel: 'email',
      ...known,
      recipient,
      dedup: dedupOf(record, tools),
      at:
        instantAt(record, 'DeliveredAt') ??
        instantAt(record, 'ReceivedAt') ??
        instantAt(record, 'BouncedAt') ??
        instantAt(record, 'ChangedAt'),
      messageId: textAt(record, 'MessageID'),
      url: known.type === 'clicked' ? textAt(record, 'OriginalLink') : undefined,
      code: textAt(record, 'TypeCode'),
      detail: textAt(record, 'Details') ?? textAt(record, 'Description') ?? textAt(record, 'TextBody'),
      metadata: scalarsOf(at(record, 'Metadata')),
    }),
  ])
}

/** Only bounces and complaints have an id of their own. */
function dedupOf(record: JsonObject, tools: HookTools): string {
  const kind = textAt(record, 'RecordType') ?? 'Inbound'
  const id = textAt(record, 'ID')
  if (id !== undefined && (kind === 'Bounce' || kind === 'SpamComplaint')) return `${kind}:${id}`
  const when = textAt(record, 'DeliveredAt') ?? textAt(record, 'ReceivedAt') ?? textAt(record, 'ChangedAt') ?? ''
  const parts = [kind, textAt(record, 'MessageID'), textAt(record, 'Recipient'), when, textAt(record, 'OriginalLink')]
  return digestOf(parts, tools)
}

export const postmark = defineProvider({
  name: 'postmark',
  title: 'Postmark webhooks',
  scheme: 'no signature: HTTP Basic in the URL, or a header of its own, and optionally addresses',
  needs: [['basicAuth', 'bearerToken', 'secrets']],
  keeps: [],
  verify: verifyCredential,
  read: ({ text }) => readRecords(text),
  tell,
  answers: { good: OK_ANSWER, refused: 403 },
})
