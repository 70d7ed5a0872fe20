import type { JsonObject, JsonValue } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { formObject, readForm } from './form.ts'
import type { Channel, HookEvent, MessageEvent } from './hook-event.ts'
import { mediaTypeOf } from './hook-request.ts'
import { at, present, readRecords, scalarsOf, textAt } from './payload.ts'
import { defineProvider, type KeptHook } from './provider.ts'
import { verifyTwilioSignature } from './twilio-signature.ts'

type Judgement = Pick<MessageEvent, 'type' | 'bounce' | 'reason'>

const HARD: Judgement = { type: 'bounced', bounce: 'hard' }
const FILTERED: Judgement = { type: 'failed', reason: 'filtered' }

/** Error codes of a message that was not delivered: no such number, a landline, a number that is none. */
const NO_SUCH_NUMBER = new Set(['30005', '30006', '21211', '21214', '21217', '21614', '21401'])
/** Refused by the recipient or the carrier's filter. */
const BLOCKED = new Set(['30004', '30007'])
/** The person had opted out before. */
const OPTED_OUT = '21610'
/** Words that end a subscription without a Messaging Service, which would say so itself. */
const STOP_WORDS = new Set(['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT'])

function judged(status: string, code: string | undefined): Judgement | undefined {
  switch (status) {
    case 'accepted':
    case 'scheduled':
    case 'queued':
    case 'sending':
      return { type: 'accepted' }
    case 'sent':
    case 'delivered':
    case 'read':
      return { type: status }
    case 'canceled':
      return { type: 'failed', reason: 'other' }
    case 'undelivered':
    case 'failed':
      return undeliveredBy(status, code ?? '')
    default:
      return undefined
  }
}

function undeliveredBy(status: string, code: string): Judgement {
  if (code === OPTED_OUT) return { type: 'failed', reason: 'suppressed' }
  if (BLOCKED.has(code)) return FILTERED
  // 21… is what the API says when the number can be none; then the message was never tried.
  if (status === 'failed') return code.startsWith('21') && NO_SUCH_NUMBER.has(code) ? HARD : FILTERED
  return NO_SUCH_NUMBER.has(code) ? HARD : { type: 'bounced', bounce: 'soft' }
}

function tell(record: JsonValue, hook: KeptHook): Result<readonly HookEvent[], string> {
  const sid = textAt(record, 'MessageSid') ?? textAt(record, 'SmsSid') ?? textAt(record, 'SmsMessageSid')
  if (sid === undefined) return err('there is no MessageSid')
  const status = textAt(record, 'MessageStatus') ?? textAt(record, 'SmsStatus')
  const isInbound = status === undefined ? at(record, 'Body') !== undefined : /^receiv(?:ed|ing)$/.test(status)
  if (isInbound) return ok(inbound(record as JsonObject, sid, hook))
  if (status === undefined) return err(`${sid}: there is no MessageStatus`)
  const code = textAt(record, 'ErrorCode')
  const known = judged(status, code === '0' ? undefined : code)
  if (!known) return ok([])
  const to = textAt(record, 'To')
  if (to === undefined) return err(`${sid}: there is no To`)
  const event = present<MessageEvent>({
    kind: 'message',
    ...personOf(to),
    ...known,
    dedup: `${sid}:${status}`,
    // Twilio says no time: it is now.
    at: undefined,
    messageId: sid,
    code,
    detail: textAt(record, 'ErrorMessage') ?? textAt(record, 'ChannelStatusMessage'),
    metadata: queryOf(hook.query),
  })
  if (code !== OPTED_OUT) return ok([event])
  return ok([event, { ...withoutReason(event), type: 'unsubscribed', scope: 'all', dedup: `${sid}:unsubscribed` }])
}

function withoutReason(event: MessageEvent): MessageEvent {
  const { reason: _, bounce: __, ...rest } = event
  return rest
}

function inbound(record: JsonObject, sid: string, hook: KeptHook): readonly HookEvent[] {
  const from = textAt(record, 'From') ?? ''
  const reply = present<MessageEvent>({
    kind: 'message',
    ...personOf(from),
    type: 'replied',
    from,
    dedup: sid,
    messageId: textAt(record, 'OriginalRepliedMessageSid'),
    detail: textAt(record, 'Body') ?? textAt(record, 'ButtonText'),
    metadata: { ...queryOf(hook.query), ...attachments(record) },
  })
  const choice = choiceOf(record)
  return choice ? [reply, { ...reply, type: choice, scope: 'all', dedup: `${sid}:${choice}` }] : [reply]
}

function attachments(record: JsonObject): MessageEvent['metadata'] {
  const names = {
    ProfileName: 'profileName',
    ButtonPayload: 'buttonPayload',
    ReferralSourceId: 'referralSourceId',
    NumMedia: 'media',
  }
  return Object.fromEntries(
    Object.entries(names).flatMap(([field, name]) => {
      const text = textAt(record, field)
      return text === undefined || text === '0' ? [] : [[name, text]]
    }),
  )
}

/** A Messaging Service says what it did with the person's word; without one the word itself says it. */
function choiceOf(record: JsonObject): 'unsubscribed' | 'resubscribed' | undefined {
  const said = textAt(record, 'OptOutType')
  if (said === 'STOP') return 'unsubscribed'
  if (said === 'START') return 'resubscribed'
  if (said !== undefined || textAt(record, 'MessagingServiceSid') !== undefined) return undefined
  return STOP_WORDS.has((textAt(record, 'Body') ?? '').trim().toUpperCase()) ? 'unsubscribed' : undefined
}

function personOf(address: string): { channel: Channel; recipient: string } {
  const whatsapp = /^whatsapp:(.+)$/i.exec(address)
  return whatsapp ? { channel: 'whatsapp', recipient: whatsapp[1] as string } : { channel: 'sms', recipient: address }
}

/** What the sender put into the callback's address: our own ids. */
function queryOf(query: string): MessageEvent['metadata'] {
  const fields = readForm(query)
  if (!fields) return undefined
  const { bodySHA256: _, ...own } = formObject(fields)
  return scalarsOf(own)
}

function read(hook: KeptHook): Result<readonly JsonValue[], string> {
  if (mediaTypeOf(hook) === 'application/json') return readRecords(hook.text)
  const fields = readForm(hook.text)
  return fields ? ok([{ ...formObject(fields) }]) : err('the form cannot be read')
}

export const twilio = defineProvider({
  name: 'twilio',
  title: 'Twilio SMS and WhatsApp',
  scheme: 'HMAC-SHA1 over the configured address and the form; the secret is the auth token',
  needs: [['secrets'], ['publicUrl']],
  keeps: ['content-type'],
  verify: verifyTwilioSignature,
  read,
  tell,
  // To an inbound message this says: no answer.
  answers: {
    good: { status: 200, contentType: 'text/xml', body: '<?xml version="1.0" encoding="UTF-8"?><Response/>' },
    refused: 403,
  },
})
