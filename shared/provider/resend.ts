import { isObject, type JsonObject, type JsonValue } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { HookEvent, MessageEvent } from './hook-event.ts'
import { at, instantAt, listAt, parseJson, present, scalarsOf, textAt } from './payload.ts'
import { defineProvider, type KeptHook, OK_ANSWER } from './provider.ts'
import { verifyStandardSignature } from './standard-signature.ts'

type Judgement = Pick<MessageEvent, 'type' | 'bounce' | 'reason'>

function judged(type: string, data: JsonValue | undefined): Judgement | undefined {
  switch (type) {
    case 'email.sent':
      return { type: 'sent' }
    case 'email.delivered':
      return { type: 'delivered' }
    case 'email.delivery_delayed':
      return { type: 'deferred' }
    case 'email.bounced':
      return bounceOf(data)
    case 'email.complained':
      return { type: 'complained' }
    case 'email.failed':
      return { type: 'failed', reason: 'other' }
    case 'email.suppressed':
      return { type: 'failed', reason: 'suppressed' }
    case 'email.opened':
      return { type: 'opened' }
    case 'email.clicked':
      return { type: 'clicked' }
    case 'email.received':
      return { type: 'replied' }
    case 'email.scheduled':
      return { type: 'accepted' }
    default:
      return undefined
  }
}

function bounceOf(data: JsonValue | undefined): Judgement {
  if (/suppress/i.test(textAt(data, 'bounce', 'subType') ?? '')) return { type: 'failed', reason: 'suppressed' }
  const type = textAt(data, 'bounce', 'type')
  return { type: 'bounced', bounce: type === undefined || type === 'Permanent' ? 'hard' : 'soft' }
}

function tell(record: JsonValue, hook: KeptHook): Result<readonly HookEvent[], string> {
  const type = textAt(record, 'type')
  if (type === undefined) return err('there is no type')
  const data = at(record, 'data')
  const known = judged(type, data)
  if (!known) return ok([])
  const id = hook.headers['svix-id'] ?? hook.headers['webhook-id']
  if (id === undefined) return err('there is no id')
  const from = known.type === 'replied' ? addressOf(textAt(data, 'from')) : undefined
  // Mail to several people does not say whom this is about: what was sent singly can be told.
  const people = from === undefined ? listAt(data, 'to').filter((to) => typeof to === 'string') : [from]
  if (people.length === 0) return err(`${id}: there is no recipient`)
  return ok([
    present<MessageEvent>({
      kind: 'message',
      channel: 'email',
      ...known,
      recipient: people.length === 1 ? addressOf(people[0]) : undefined,
      from,
      dedup: id,
      at: instantAt(record, 'created_at'),
      messageId: textAt(data, 'email_id'),
      url: known.type === 'clicked' ? textAt(data, 'click', 'link') : undefined,
      detail: textAt(data, 'bounce', 'message') ?? textAt(data, 'failed', 'reason'),
      machine: undefined,
      metadata: tagsOf(data),
    }),
  ])
}

/** `Ann <ann@example.com>` as the bare address. */
function addressOf(text: string | undefined): string | undefined {
  return /<([^<>]+)>\s*$/.exec(text ?? '')?.[1] ?? text
}

/** An object of late, a list of names and values before. */
function tagsOf(data: JsonValue | undefined): MessageEvent['metadata'] {
  const tags = at(data, 'tags')
  if (isObject(tags)) return scalarsOf(tags)
  const pairs = listAt(tags).flatMap((tag) => {
    const [name, value] = [textAt(tag, 'name'), textAt(tag, 'value')]
    return name !== undefined && value !== undefined ? [[name, value] as const] : []
  })
  return scalarsOf(Object.fromEntries(pairs) as JsonObject)
}

export const resend = defineProvider({
  name: 'resend',
  title: 'Resend webhooks',
  scheme: 'Svix: HMAC-SHA256 over id, timestamp and body; the secret is the signing secret `whsec_…`',
  needs: [['secrets']],
  keeps: ['svix-id', 'webhook-id'],
  verify: verifyStandardSignature,
  read: (hook) => {
    const body = parseJson(hook.text)
    return body.ok ? ok([body.value]) : body
  },
  tell,
  answers: { good: OK_ANSWER, refused: 401 },
})
