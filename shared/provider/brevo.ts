import { isObject, type JsonValue } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { HookEvent, MessageEvent } from './hook-event.ts'
import type { HookTools } from './hook-tools.ts'
import { at, digestOf, millisecondsAt, parseJson, present, readRecords, secondsAt, textAt } from './payload.ts'
import { defineProvider, type KeptHook, OK_ANSWER } from './provider.ts'
import { verifyCredential } from './scheme.ts'

type Judgement = Pick<MessageEvent, 'type' | 'bounce' | 'reason' | 'machine' | 'scope'>

/** By name in lower case without `_`: the webhooks say `hard_bounce`, the settings API `hardBounce`. */
const TYPES: Readonly<Record<string, Judgement>> = {
  request: { type: 'accepted' },
  sent: { type: 'sent' },
  delivered: { type: 'delivered' },
  hardbounce: { type: 'bounced', bounce: 'hard' },
  invalidemail: { type: 'bounced', bounce: 'hard' },
  invalid: { type: 'bounced', bounce: 'hard' },
  softbounce: { type: 'bounced', bounce: 'soft' },
  deferred: { type: 'deferred' },
  blocked: { type: 'failed', reason: 'suppressed' },
  error: { type: 'failed', reason: 'other' },
  spam: { type: 'complained' },
  complaint: { type: 'complained' },
  opened: { type: 'opened' },
  uniqueopened: { type: 'opened' },
  proxyopen: { type: 'opened', machine: true },
  uniqueproxyopen: { type: 'opened', machine: true },
  loadedbyproxy: { type: 'opened', machine: true },
  click: { type: 'clicked' },
  unsubscribe: { type: 'unsubscribed', scope: 'all' },
  unsubscribed: { type: 'unsubscribed', scope: 'all' },
}

function tell(record: JsonValue, _hook: KeptHook, tools: HookTools): Result<readonly HookEvent[], string> {
  if (!isObject(record)) return err('an event is not an object')
  const name = textAt(record, 'event')
  if (name === undefined) return err('an event has no name')
  const key = name.toLowerCase().replaceAll('_', '')
  const known = Object.hasOwn(TYPES, key) ? TYPES[key] : undefined
  if (!known) return ok([])
  const recipient = textAt(record, 'email')
  if (recipient === undefined) return err(`${name}: there is no email`)
  const link = textAt(record, 'link')
  const parts = [name, textAt(record, 'message-id'), recipient, textAt(record, 'ts_epoch'), link]
  return ok([
    present<MessageEvent>({
      kind: 'message',
      channel: 'email',
      ...known,
      recipient,
      // `id` names the webhook or the account, not the event.
      dedup: digestOf(parts, tools),
      // The only clock in UTC; `date` and `ts` are in the account's time zone.
      at: millisecondsAt(record, 'ts_epoch') ?? secondsAt(record, 'ts_event'),
      messageId: textAt(record, 'message-id'),
      url: known.type === 'clicked' ? link : undefined,
      detail: textAt(record, 'reason')?.trim(),
      metadata: customOf(at(record, 'X-Mailin-custom')),
    }),
  ])
}

/** A header of free text that people mostly fill with JSON. */
function customOf(text: JsonValue | undefined): MessageEvent['metadata'] {
  if (typeof text !== 'string') return undefined
  const parsed = parseJson(text)
  if (!parsed.ok || !isObject(parsed.value)) return { custom: text.slice(0, 2_000) }
  const scalars = Object.entries(parsed.value).filter(([, value]) => typeof value !== 'object')
  return scalars.length > 0 ? (Object.fromEntries(scalars) as MessageEvent['metadata']) : undefined
}

export const brevo = defineProvider({
  name: 'brevo',
  title: 'Brevo transactional webhooks',
  scheme: 'no signature: a bearer token, HTTP Basic or a header of its own, and optionally addresses',
  needs: [['bearerToken', 'basicAuth', 'secrets']],
  keeps: [],
  verify: verifyCredential,
  read: ({ text }) => readRecords(text),
  tell,
  answers: { good: OK_ANSWER, refused: 401 },
})
