import { isObject, type JsonObject, type JsonValue } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { fromDigits, fromHex } from './encoding.ts'
import { formObject, readForm } from './form.ts'
import type { HookEvent, MessageEvent } from './hook-event.ts'
import { type HookRequest, type HookSettings, header, mediaTypeOf } from './hook-request.ts'
import type { HookTools } from './hook-tools.ts'
import { readMultipart } from './multipart.ts'
import { at, listAt, parseJson, present, scalarsOf, secondsAt, textAt } from './payload.ts'
import { defineProvider, type KeptHook, OK_ANSWER } from './provider.ts'
import { isHmacOfAny, secretsOf } from './scheme.ts'
import { isFresh, refused, VERIFIED, type Verdict } from './verdict.ts'

/** Retries go on for eight hours and it is not said that they are signed again. */
const MAX_AGE_SECONDS = 9 * 3_600

interface Triple {
  readonly timestamp: string
  readonly token: string
  readonly signature: string
}

/**
 * The triple stands inside the body and signs only itself: whoever saw one could send any body with it. So its time must
 * be recent and its token is good for one body (`singleUse`).
 */
function verify(request: HookRequest, settings: HookSettings, tools: HookTools, now: number): Verdict {
  const secrets = secretsOf(settings)
  if (secrets.length === 0) return refused('not_configured')
  const triple = tripleOf(request)
  if (triple === 'unreadable') return refused('malformed')
  if (triple === undefined) return refused('missing')
  const seconds = fromDigits(triple.timestamp)
  const given = fromHex(triple.signature)
  if (seconds === undefined || !given || triple.token === '') return refused('malformed')
  if (!isHmacOfAny(tools, 'sha256', secrets, [triple.timestamp, triple.token], given)) return refused('mismatch')
  return isFresh(seconds * 1_000, now, settings.maxAgeSeconds ?? MAX_AGE_SECONDS) ? VERIFIED : refused('stale')
}

function tripleOf(request: Pick<HookRequest, 'headers' | 'text'>): Triple | 'unreadable' | undefined {
  const body = bodyOf(request)
  if (!body.ok || !isObject(body.value)) return 'unreadable'
  const holder = at(body.value, 'signature')
  const from = isObject(holder) ? holder : body.value
  const [timestamp, token, signature] = ['timestamp', 'token', 'signature'].map((name) => textAt(from, name))
  return timestamp && token && signature ? { timestamp, token, signature } : undefined
}

/** Webhooks are JSON; inbound routes are forms, in parts when files come with them, with the triple as fields. */
function bodyOf(request: Pick<HookRequest, 'headers' | 'text'>): Result<JsonValue, string> {
  const type = mediaTypeOf(request)
  const isMultipart = type === 'multipart/form-data'
  if (!isMultipart && type !== 'application/x-www-form-urlencoded') return parseJson(request.text)
  const contentType = header(request, 'content-type') ?? ''
  const fields = isMultipart ? readMultipart(contentType, request.text) : readForm(request.text)
  return fields ? ok({ ...formObject(fields) }) : err('the form cannot be read')
}

function tell(record: JsonValue, hook: KeptHook): Result<readonly HookEvent[], string> {
  const token = textAt(record, 'signature', 'token') ?? textAt(record, 'token')
  if (token === undefined) return err('there is no token')
  const data = at(record, 'event-data')
  if (!isObject(data)) return ok([inbound(record as JsonObject, token, hook)])
  if (textAt(data, 'event') === undefined) return err('the event has no name')
  const known = judged(data)
  if (!known) return ok([])
  const id = textAt(data, 'id')
  if (id === undefined) return err('the event has no id')
  const recipient = textAt(data, 'recipient')
  if (recipient === undefined) return err(`${id}: there is no recipient`)
  return ok([
    present<MessageEvent>({
      kind: 'message',
      channel: 'email',
      ...known,
      recipient,
      // The id alone is unique for a day only.
      dedup: `${token}:${id}`,
      at: secondsAt(data, 'timestamp'),
      messageId: textAt(data, 'message', 'headers', 'message-id'),
      url: known.type === 'clicked' ? textAt(data, 'url') : undefined,
      code: textAt(data, 'delivery-status', 'code'),
      detail: textAt(data, 'delivery-status', 'message') ?? textAt(data, 'delivery-status', 'description'),
      machine: textAt(data, 'client-info', 'bot') !== undefined || undefined,
      metadata: scalarsOf(at(data, 'user-variables')),
    }),
  ])
}

type Judgement = Pick<MessageEvent, 'type' | 'bounce' | 'reason' | 'scope'>

function judged(data: JsonObject): Judgement | undefined {
  switch (textAt(data, 'event')) {
    case 'accepted':
    case 'delivered':
    case 'opened':
    case 'clicked':
    case 'complained':
      return { type: textAt(data, 'event') as 'accepted' }
    case 'rejected':
      return { type: 'failed', reason: 'rejected' }
    case 'unsubscribed':
      return { type: 'unsubscribed', scope: scopeOf(data) }
    case 'stored':
      return { type: 'replied' }
    case 'failed':
      return failed(data)
    default:
      return undefined
  }
}

function failed(data: JsonObject): Judgement {
  if (textAt(data, 'severity') === 'temporary') return { type: 'deferred' }
  const reason = textAt(data, 'reason') ?? ''
  if (reason.startsWith('suppress-')) return { type: 'failed', reason: 'suppressed' }
  // It gave up after many tries, or the other side refused us and not the address.
  if (reason === 'old' || reason === 'espblock' || reason === 'ratelimit') return { type: 'bounced', bounce: 'soft' }
  return { type: 'bounced', bounce: 'hard' }
}

/** An unsubscription is from everything (`*`) or from the message's tag. */
function scopeOf(data: JsonObject): string {
  const tag = textAt(data, 'unsubscribe', 'tag') ?? textAt(data, 'tag')
  return tag === undefined || tag === '*' ? 'all' : `tag:${tag}`
}

function inbound(form: JsonObject, token: string, hook: KeptHook): MessageEvent {
  const from = textAt(form, 'sender') ?? textAt(form, 'from')
  return present<MessageEvent>({
    kind: 'message',
    channel: 'email',
    type: 'replied',
    recipient: from,
    from,
    dedup: `${token}:${textAt(form, 'Message-Id') ?? 'inbound'}`,
    at: secondsAt(form, 'timestamp') ?? hook.receivedAt,
    messageId: textAt(form, 'In-Reply-To'),
    detail: textAt(form, 'stripped-text') ?? textAt(form, 'body-plain'),
  })
}

export const mailgun = defineProvider({
  name: 'mailgun',
  title: 'Mailgun webhooks and routes',
  scheme: 'HMAC-SHA256 over timestamp and token, inside the body; the secret is the HTTP webhook signing key',
  needs: [['secrets']],
  keeps: ['content-type'],
  verify,
  read: (hook) => {
    const body = bodyOf(hook)
    if (!body.ok) return body
    return listAt(body.value).length > 0 ? err('one event was expected, not a list') : ok([body.value])
  },
  tell,
  answers: { good: OK_ANSWER, refused: 406 },
  singleUse: (request) => {
    const triple = tripleOf(request)
    return triple === undefined || triple === 'unreadable' ? undefined : triple.token
  },
})
