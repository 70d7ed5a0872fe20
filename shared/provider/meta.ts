import { isObject, type JsonObject, type JsonValue } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { formObject, readForm } from './form.ts'
import type { HookEvent, MessageEvent } from './hook-event.ts'
import type { HookRequest, HookSettings } from './hook-request.ts'
import type { HookTools } from './hook-tools.ts'
import { at, listAt, parseJson, present, secondsAt, textAt } from './payload.ts'
import { type Answer, defineProvider, OK_ANSWER } from './provider.ts'
import { isSameSecret, verifyHmacHeader } from './scheme.ts'

/** Of failed sends: what the code says about the person, not about us. */
const NOT_ON_WHATSAPP = '131026'
const OPTED_OUT = '131050'
const EXPIRED = '131047'
const LIMITED = new Set(['131049', '131048', '130472', '131031'])

/** Meta asks once whether the address is ours: it must hear its own challenge, and nobody else may hear anything. */
function handshake(request: HookRequest, settings: HookSettings, tools: HookTools): Answer | undefined {
  if (request.method !== 'GET') return undefined
  const asked = formObject(readForm(request.query) ?? [])
  const [token, challenge] = [asked['hub.verify_token'], asked['hub.challenge']]
  const ours = settings.verifyToken?.trim() ? settings.verifyToken : undefined
  const isOurs = ours !== undefined && token !== undefined && isSameSecret(tools, ours, token)
  if (!isOurs || asked['hub.mode'] !== 'subscribe' || challenge === undefined || challenge.length > 1_000)
    return { status: 403 }
  return { status: 200, contentType: 'text/plain; charset=utf-8', body: challenge }
}

/** entry × changes × (messages | statuses | preferences), each with the number it came to. */
function read(hook: { readonly text: string }): Result<readonly JsonValue[], string> {
  const body = parseJson(hook.text)
  if (!body.ok) return body
  if (textAt(body.value, 'object') !== 'whatsapp_business_account') return ok([])
  const records = listAt(body.value, 'entry').flatMap((entry) =>
    listAt(entry, 'changes').flatMap((change) => recordsOfChange(change, textAt(entry, 'id') ?? '')),
  )
  return ok(records)
}

function recordsOfChange(change: JsonValue, account: string): readonly JsonValue[] {
  const value = at(change, 'value')
  const field = textAt(change, 'field')
  if (field !== 'messages' && field !== 'user_preferences') return []
  const number = textAt(value, 'metadata', 'phone_number_id') ?? ''
  return ['messages', 'statuses', 'user_preferences'].flatMap((what) =>
    listAt(value, what).map((record) => ({ what, account, number, record })),
  )
}

function tell(item: JsonValue): Result<readonly HookEvent[], string> {
  const record = at(item, 'record')
  if (!isObject(record)) return err('a record is not an object')
  const [what, number] = [textAt(item, 'what'), textAt(item, 'number')]
  const metadata = number ? { phoneNumberId: number } : undefined
  if (what === 'statuses') return status(record, metadata)
  if (what === 'user_preferences') return preference(record, metadata)
  const [id, from] = [textAt(record, 'id'), textAt(record, 'from')]
  if (id === undefined || from === undefined) return err('a message has no id or no from')
  return ok([
    present<MessageEvent>({
      ...told('replied', from, metadata),
      from,
      dedup: id,
      at: secondsAt(record, 'timestamp'),
      messageId: textAt(record, 'context', 'id'),
      detail: wordsOf(record),
    }),
  ])
}

function status(record: JsonObject, metadata: MessageEvent['metadata']): Result<readonly HookEvent[], string> {
  const [id, state, to] = [textAt(record, 'id'), textAt(record, 'status'), textAt(record, 'recipient_id')]
  if (id === undefined || state === undefined || to === undefined)
    return err('a status has no id, status or recipient_id')
  if (state !== 'sent' && state !== 'delivered' && state !== 'read' && state !== 'failed') return ok([])
  const [error] = listAt(record, 'errors')
  const code = textAt(error, 'code')
  const event = present<MessageEvent>({
    ...told(state, to, { ...metadata, ...callbackData(record) }),
    ...(state === 'failed' ? { reason: failReason(code) } : {}),
    dedup: `${id}:${state}`,
    at: secondsAt(record, 'timestamp'),
    messageId: id,
    code,
    detail: textAt(error, 'error_data', 'details') ?? textAt(error, 'message') ?? textAt(error, 'title'),
  })
  if (state !== 'failed' || code !== OPTED_OUT) return ok([event])
  const { reason: _, ...fact } = event
  return ok([event, { ...fact, type: 'unsubscribed', scope: 'marketing', dedup: `${id}:unsubscribed` }])
}

function failReason(code: string | undefined): NonNullable<MessageEvent['reason']> {
  if (code === undefined) return 'other'
  if (code === OPTED_OUT) return 'suppressed'
  if (code === EXPIRED) return 'expired'
  if (code === NOT_ON_WHATSAPP) return 'rejected'
  if (LIMITED.has(code)) return 'filtered'
  if (/^132/.test(code)) return 'rendering'
  return /^(?:0|3|10|190|2\d\d)$/.test(code) ? 'config' : 'other'
}

function preference(record: JsonObject, metadata: MessageEvent['metadata']): Result<readonly HookEvent[], string> {
  const [who, value] = [textAt(record, 'wa_id'), textAt(record, 'value')]
  if (who === undefined) return err('a preference has no wa_id')
  if (value !== 'stop' && value !== 'resume') return ok([])
  const time = textAt(record, 'timestamp') ?? ''
  return ok([
    present<MessageEvent>({
      ...told(value === 'stop' ? 'unsubscribed' : 'resubscribed', who, metadata),
      scope: 'marketing',
      dedup: `${who}:${textAt(record, 'category') ?? 'marketing'}:${value}:${time}`,
      at: secondsAt(record, 'timestamp'),
      detail: textAt(record, 'detail'),
    }),
  ])
}

function told(type: MessageEvent['type'], who: string, metadata: MessageEvent['metadata']) {
  // Meta writes numbers without the plus.
  const recipient = /^\d+$/.test(who) ? `+${who}` : who
  return { kind: 'message' as const, channel: 'whatsapp' as const, type, recipient, ...(metadata ? { metadata } : {}) }
}

/** Our own send id, given with the send. */
function callbackData(record: JsonObject): MessageEvent['metadata'] {
  const data = textAt(record, 'biz_opaque_callback_data')
  return data === undefined ? {} : { callbackData: data }
}

function wordsOf(record: JsonObject): string | undefined {
  return (
    textAt(record, 'text', 'body') ??
    textAt(record, 'button', 'text') ??
    textAt(record, 'interactive', 'button_reply', 'title') ??
    textAt(record, 'interactive', 'list_reply', 'title') ??
    textAt(record, 'reaction', 'emoji')
  )
}

export const meta = defineProvider({
  name: 'meta',
  title: 'WhatsApp Cloud API (Meta)',
  scheme: 'HMAC-SHA256 over the body; the secret is the app secret, verifyToken answers the verification request',
  needs: [['secrets'], ['verifyToken']],
  keeps: [],
  verify: (request, settings, tools) =>
    verifyHmacHeader(request, settings, tools, {
      header: 'x-hub-signature-256',
      prefix: 'sha256=',
      algorithm: 'sha256',
      encoding: 'hex',
      signed: [request.bytes],
    }),
  read,
  tell,
  answers: { good: OK_ANSWER, refused: 403 },
  handshake,
})
