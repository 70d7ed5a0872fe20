import type { JsonValue } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { fromDigits, fromHex } from './encoding.ts'
import type { ForeignEvent, HookEvent, Person } from './hook-event.ts'
import { type HookRequest, type HookSettings, header } from './hook-request.ts'
import type { HookTools } from './hook-tools.ts'
import { at, present, readObject, secondsAt, textAt } from './payload.ts'
import { defineProvider, OK_ANSWER } from './provider.ts'
import { isHmacOfAny, secretsOf } from './scheme.ts'
import { FRESH_SECONDS, isFresh, refused, VERIFIED, type Verdict } from './verdict.ts'

/** `t=<seconds>,v1=<hex>[,v1=…][,v0=…]`: the whole `whsec_` text is the key, any v1 may match, v0 is for their tests. */
function verify(request: HookRequest, settings: HookSettings, tools: HookTools, now: number): Verdict {
  const secrets = secretsOf(settings)
  if (secrets.length === 0) return refused('not_configured')
  const value = header(request, 'stripe-signature')
  if (value === undefined) return refused('missing')
  const items = value.split(',').map((item) => item.trim().split('=') as [string, ...string[]])
  const times = items.filter(([name]) => name === 't')
  // Two times would leave open which one was signed.
  const seconds = times.length === 1 ? fromDigits(times[0]?.[1]) : undefined
  if (seconds === undefined) return refused('malformed')
  const given = items.flatMap(([name, text]) => (name === 'v1' ? (fromHex(text ?? '') ?? []) : []))
  if (given.length === 0) return refused('malformed')
  const signed = [`${times[0]?.[1]}.`, request.bytes]
  let same = false
  for (const signature of given) if (isHmacOfAny(tools, 'sha256', secrets, signed, signature)) same = true
  if (!same) return refused('mismatch')
  return isFresh(seconds * 1_000, now, settings.maxAgeSeconds ?? FRESH_SECONDS) ? VERIFIED : refused('stale')
}

function tell(record: JsonValue): Result<readonly HookEvent[], string> {
  const [id, type] = [textAt(record, 'id'), textAt(record, 'type')]
  if (id === undefined) return err('the event has no id')
  // Thin or foreign objects: signed, but nothing that happened to somebody.
  if (type === undefined) return ok([])
  const object = at(record, 'data', 'object')
  const account = textAt(record, 'account')
  const event: ForeignEvent = {
    kind: 'foreign',
    name: `Stripe ${type}`,
    at: secondsAt(record, 'created'),
    dedup: id,
    person: personOf(object),
    properties: {
      type,
      ...(account === undefined ? {} : { account }),
      livemode: at(record, 'livemode') ?? null,
      object: object ?? null,
    },
  }
  return ok([event])
}

function personOf(object: JsonValue | undefined): Person {
  const isCustomer = textAt(object, 'object') === 'customer'
  const customer = isCustomer ? textAt(object, 'id') : (textAt(object, 'customer') ?? textAt(object, 'customer', 'id'))
  const metadata = at(object, 'metadata')
  return present<Person>({
    userId: textAt(metadata, 'user_id') ?? textAt(metadata, 'userId') ?? textAt(object, 'client_reference_id'),
    anonymousId: undefined,
    email:
      (isCustomer ? textAt(object, 'email') : undefined) ??
      textAt(object, 'customer_email') ??
      textAt(object, 'customer_details', 'email') ??
      textAt(object, 'receipt_email') ??
      textAt(object, 'billing_details', 'email'),
    phone: isCustomer ? textAt(object, 'phone') : textAt(object, 'customer_details', 'phone'),
    externalIds: customer === undefined ? undefined : { stripe_customer_id: customer },
  })
}

export const stripe = defineProvider({
  name: 'stripe',
  title: 'Stripe webhooks',
  scheme: 'HMAC-SHA256 over time and body; the secret is the endpoint’s signing secret, the whole `whsec_…`',
  needs: [['secrets']],
  keeps: [],
  verify,
  read: ({ text }) => readObject(text),
  tell,
  answers: { good: OK_ANSWER, refused: 401 },
})
