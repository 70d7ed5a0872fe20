import { isObject, type JsonObject, type JsonValue } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { HookEvent, MessageEvent } from './hook-event.ts'
import { at, instantAt, listAt, parseJson, present, textAt } from './payload.ts'
import { defineProvider, type KeptHook, OK_ANSWER } from './provider.ts'
import { snsMessageOf, verifySnsSignature } from './sns-signature.ts'

type Judgement = Pick<MessageEvent, 'type' | 'bounce' | 'reason' | 'scope' | 'code' | 'detail' | 'url'>

/** What one SES event says, where its details stand, and about whom when it names them. */
interface Reading {
  readonly known: Judgement
  readonly details: JsonValue | undefined
  readonly people?: readonly JsonValue[]
}

function reading(event: JsonObject, type: string): Reading | undefined {
  const details = at(event, type.charAt(0).toLowerCase() + type.slice(1))
  switch (type) {
    case 'Send':
      return { known: { type: 'sent' }, details: at(event, 'send') }
    case 'Delivery':
      return {
        known: { type: 'delivered', ...detail(details, 'smtpResponse') },
        details,
        people: listAt(details, 'recipients'),
      }
    case 'DeliveryDelay': {
      const known = { type: 'deferred' as const, ...code(textAt(details, 'delayType')) }
      return { known, details, people: listAt(details, 'delayedRecipients') }
    }
    case 'Bounce':
      return { known: bounceOf(details), details, people: listAt(details, 'bouncedRecipients') }
    case 'Complaint':
      return complaintOf(details)
    case 'Reject':
      return { known: { type: 'failed', reason: 'rejected', ...detail(details, 'reason') }, details }
    case 'Rendering Failure': {
      const failure = at(event, 'failure')
      return { known: { type: 'failed', reason: 'rendering', ...detail(failure, 'errorMessage') }, details: failure }
    }
    case 'Open':
      return { known: { type: 'opened' }, details }
    case 'Click': {
      const url = textAt(details, 'link')
      return { known: url === undefined ? { type: 'clicked' } : { type: 'clicked', url }, details }
    }
    case 'Subscription':
      return subscriptionOf(details)
    default:
      return undefined
  }
}

function bounceOf(bounce: JsonValue | undefined): Judgement {
  const subType = textAt(bounce, 'bounceSubType') ?? ''
  if (subType === 'Suppressed' || subType === 'OnAccountSuppressionList') {
    return { type: 'failed', reason: 'suppressed', code: subType }
  }
  const hard = textAt(bounce, 'bounceType') === 'Permanent'
  return { type: 'bounced', bounce: hard ? 'hard' : 'soft', ...code(subType) }
}

function complaintOf(complaint: JsonValue | undefined): Reading | undefined {
  // Somebody moved it out of the junk folder.
  if (textAt(complaint, 'complaintFeedbackType') === 'not-spam') return undefined
  const held = textAt(complaint, 'complaintSubType') === 'OnAccountSuppressionList'
  const known: Judgement = held ? { type: 'failed', reason: 'suppressed' } : { type: 'complained' }
  return { known, details: complaint, people: listAt(complaint, 'complainedRecipients') }
}

/** The contact's preferences as they are now: from everything, or one topic at a time. */
function subscriptionOf(subscription: JsonValue | undefined): Reading | undefined {
  const now = at(subscription, 'newTopicPreferences')
  if (at(now, 'unsubscribeAll') === true)
    return { known: { type: 'unsubscribed', scope: 'all' }, details: subscription }
  const topics = listAt(now, 'topicSubscriptionStatus')
  const out = topics.find((topic) => textAt(topic, 'subscriptionStatus')?.toLowerCase() === 'optout')
  const chosen = out ?? topics.find((topic) => textAt(topic, 'subscriptionStatus')?.toLowerCase() === 'optin')
  if (!chosen) return undefined
  const scope = `topic:${textAt(chosen, 'topicName') ?? ''}`
  return { known: { type: out ? 'unsubscribed' : 'resubscribed', scope }, details: subscription }
}

function code(text: string | undefined): Pick<Judgement, 'code'> {
  return text === undefined || text === '' ? {} : { code: text }
}

function detail(details: JsonValue | undefined, field: string): Pick<Judgement, 'detail'> {
  const text = textAt(details, field)
  return text === undefined ? {} : { detail: text }
}

function read(hook: KeptHook): Result<readonly JsonValue[], string> {
  const message = snsMessageOf(hook.text)
  if (!message) return err('the body is not an SNS message')
  if (message['Type'] !== 'Notification') return ok([])
  const text = String(message['Message'])
  const event = parseJson(text)
  // SES greets a new topic in plain words.
  if (!event.ok) return /^Successfully validated SNS topic/.test(text) ? ok([]) : event
  return ok([{ id: message['MessageId'] as string, event: event.value }])
}

function tell(record: JsonValue): Result<readonly HookEvent[], string> {
  const [event, id] = [at(record, 'event'), textAt(record, 'id')]
  if (!isObject(event) || id === undefined) return err('the message holds no SES event')
  const type = textAt(event, 'eventType') ?? textAt(event, 'notificationType')
  if (type === undefined) return err('there is neither eventType nor notificationType')
  const told = reading(event, type)
  if (!told) return ok([])
  const named = told.people ?? listAt(event, 'mail', 'destination')
  // Opens and clicks of a mail to several people do not say whose they are; everything else is said of all of them.
  const isNobodys = (type === 'Open' || type === 'Click') && named.length > 1
  const people = isNobodys ? [undefined] : named
  if (people.length === 0) return err(`${type}: there is no recipient`)
  return ok(people.map((person) => messageOf(event, type, id, told, person)))
}

function messageOf(
  event: JsonObject,
  type: string,
  id: string,
  told: Reading,
  person: JsonValue | undefined,
): HookEvent {
  const recipient = typeof person === 'string' ? person : textAt(person, 'emailAddress')
  return present<MessageEvent>({
    kind: 'message',
    channel: 'email',
    ...told.known,
    recipient,
    dedup: `${id}:${recipient ?? ''}:${type}`,
    at: instantAt(told.details, 'timestamp') ?? instantAt(event, 'mail', 'timestamp'),
    messageId: textAt(event, 'mail', 'messageId'),
    code: textAt(person, 'status') ?? told.known.code,
    detail: textAt(person, 'diagnosticCode') ?? told.known.detail,
    metadata: tagsOf(at(event, 'mail', 'tags')),
  })
}

/** Each tag has a list of values; one is what people mean. Those of SES itself begin with `ses:`. */
function tagsOf(tags: JsonValue | undefined): MessageEvent['metadata'] {
  if (!isObject(tags)) return undefined
  const pairs = Object.entries(tags).flatMap(([name, values]) => {
    const first = textAt(Array.isArray(values) ? (values as readonly JsonValue[])[0] : values)
    return first === undefined || name.startsWith('ses:') ? [] : [[name, first] as const]
  })
  return pairs.length > 0 ? Object.fromEntries(pairs) : undefined
}

export const ses = defineProvider({
  name: 'ses',
  title: 'Amazon SES through SNS',
  scheme: 'RSA over the SNS message; the topic must be on the source’s list',
  needs: [['topicArns']],
  keeps: [],
  verify: verifySnsSignature,
  read,
  tell,
  answers: { good: OK_ANSWER, refused: 403 },
})
