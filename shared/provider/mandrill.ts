import { isObject, type JsonObject, type JsonValue } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { fromBase64, toHex } from './encoding.ts'
import { type FormField, readForm } from './form.ts'
import type { HookEvent, MessageEvent } from './hook-event.ts'
import { type HookRequest, type HookSettings, header, signedUrl } from './hook-request.ts'
import type { HookTools } from './hook-tools.ts'
import { at, parseJson, present, recordsOf, scalarsOf, secondsAt, textAt } from './payload.ts'
import { defineProvider, type KeptHook, OK_ANSWER } from './provider.ts'
import { isHmacOfAny, secretsOf } from './scheme.ts'
import { refused, VERIFIED, type Verdict } from './verdict.ts'

const FIELD = 'mandrill_events'
/** Mailchimp signs the probe of a new webhook with this word, because its key is not made yet. */
const PROBE_KEY = 'test-webhook'

type Judgement = Pick<MessageEvent, 'type' | 'bounce' | 'reason' | 'scope'>

const TYPES: Readonly<Record<string, Judgement>> = {
  send: { type: 'sent' },
  delivered: { type: 'delivered' },
  deferral: { type: 'deferred' },
  hard_bounce: { type: 'bounced', bounce: 'hard' },
  soft_bounce: { type: 'bounced', bounce: 'soft' },
  open: { type: 'opened' },
  click: { type: 'clicked' },
  spam: { type: 'complained' },
  unsub: { type: 'unsubscribed', scope: 'all' },
  reject: { type: 'failed', reason: 'suppressed' },
}

/** HMAC-SHA1 over the configured address and every decoded field, sorted by name. */
function verify(request: HookRequest, settings: HookSettings, tools: HookTools): Verdict {
  const secrets = secretsOf(settings)
  const url = signedUrl(request, settings)
  if (secrets.length === 0 || url === undefined) return refused('not_configured')
  const value = header(request, 'x-mandrill-signature')
  if (value === undefined) return refused('missing')
  const [given, fields] = [fromBase64(value), readForm(request.text)]
  if (!given || !fields) return refused('malformed')
  const signed = [url, ...[...fields].sort(byName).flat()]
  if (isHmacOfAny(tools, 'sha1', secrets, signed, given)) return VERIFIED
  // Everybody knows the word, so it opens exactly one door: a call that says nothing.
  const isProbe = fields.length === 1 && fields[0]?.[0] === FIELD && fields[0][1] === '[]'
  return isProbe && isHmacOfAny(tools, 'sha1', [PROBE_KEY], signed, given) ? VERIFIED : refused('mismatch')
}

function byName(a: FormField, b: FormField): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0
}

function read(hook: KeptHook): Result<readonly JsonValue[], string> {
  const events = readForm(hook.text)?.find(([name]) => name === FIELD)?.[1]
  if (events === undefined) return err(`there is no field ${FIELD}`)
  const list = parseJson(events)
  if (!list.ok) return list
  return Array.isArray(list.value) ? ok(recordsOf(list.value)) : err(`${FIELD} is not a list`)
}

function tell(record: JsonValue, _hook: KeptHook, tools: HookTools): Result<readonly HookEvent[], string> {
  if (!isObject(record)) return err('an event is not an object')
  const name = textAt(record, 'event') ?? textAt(record, 'type')
  if (name === undefined) return err('an event has no name')
  const url = textAt(record, 'url')
  const id = textAt(record, '_id') ?? textAt(record, 'msg', '_id')
  const parts = [name, id, textAt(record, 'ts'), url].map((part) => part ?? '')
  const dedup = toHex(tools.sha256([parts.join('|')]))
  if (name === 'blacklist' || name === 'whitelist') return mirror(record, name, dedup)
  if (name === 'inbound') return ok([inbound(record, dedup)])
  const known = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined
  if (!known) return ok([])
  const recipient = textAt(record, 'msg', 'email')
  if (recipient === undefined) return err(`${name}: there is no msg.email`)
  return ok([
    present<MessageEvent>({
      kind: 'message',
      channel: 'email',
      ...known,
      recipient,
      dedup,
      at: secondsAt(record, 'ts'),
      messageId: id,
      url: known.type === 'clicked' ? url : undefined,
      detail: textAt(record, 'msg', 'diag') ?? textAt(record, 'msg', 'bounce_description'),
      metadata: scalarsOf(at(record, 'msg', 'metadata')),
    }),
  ])
}

function mirror(
  record: JsonObject,
  name: 'blacklist' | 'whitelist',
  dedup: string,
): Result<readonly HookEvent[], string> {
  const recipient = textAt(record, 'reject', 'email') ?? textAt(record, 'entry', 'email')
  if (recipient === undefined) return err(`${name}: there is no email`)
  const reason = textAt(record, 'reject', 'reason') ?? ''
  const cause = reason.includes('bounce')
    ? 'hard_bounce'
    : reason === 'spam'
      ? 'complaint'
      : reason === 'unsub'
        ? 'unsubscribe'
        : 'manual'
  const suppressed = name === 'blacklist' && textAt(record, 'action') !== 'remove'
  return ok([{ kind: 'mirror', channel: 'email', recipient, cause, suppressed, at: secondsAt(record, 'ts'), dedup }])
}

function inbound(record: JsonObject, dedup: string): MessageEvent {
  const from = textAt(record, 'msg', 'from_email')
  return present<MessageEvent>({
    kind: 'message',
    channel: 'email',
    type: 'replied',
    recipient: from,
    from,
    dedup,
    at: secondsAt(record, 'ts'),
    detail: textAt(record, 'msg', 'text') ?? textAt(record, 'msg', 'subject'),
  })
}

export const mandrill = defineProvider({
  name: 'mandrill',
  title: 'Mailchimp Transactional (Mandrill) webhooks',
  scheme: 'HMAC-SHA1 over the configured address and the form; the secret is the webhook key',
  needs: [['secrets'], ['publicUrl']],
  keeps: [],
  verify,
  read,
  tell,
  answers: { good: OK_ANSWER, refused: 403 },
  handshake: (request) => (request.method === 'HEAD' ? OK_ANSWER : undefined),
})
