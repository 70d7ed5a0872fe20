import { isObject, type JsonValue } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { ForeignEvent, HookEvent, Person } from './hook-event.ts'
import { type HookRequest, header } from './hook-request.ts'
import { at, instantAt, present, readObject, textAt } from './payload.ts'
import { defineProvider, type KeptHook, OK_ANSWER } from './provider.ts'
import { verifyHmacHeader } from './scheme.ts'

/** The new Events deliveries use the names without `x-`. */
function named(hook: Pick<HookRequest, 'headers'>, name: string): string | undefined {
  return header(hook, `x-shopify-${name}`) ?? header(hook, `shopify-${name}`)
}

/** Numbers beyond 2^53 lose their last digits in JSON.parse: ids are read as the texts they are. */
function withTextIds(text: string): string {
  return text.replace(/("(?:[^"\\]|\\.)*")|(?<![\w.+-])(\d{16,})(?![\w.])/g, (all, quoted?: string, digits?: string) =>
    quoted === undefined ? `"${digits}"` : all,
  )
}

function read(hook: KeptHook): Result<readonly JsonValue[], string> {
  return readObject(withTextIds(hook.text))
}

function tell(record: JsonValue, hook: KeptHook): Result<readonly HookEvent[], string> {
  const topic = named(hook, 'topic')
  if (topic === undefined) return err('there is no topic')
  // One event reaches several subscriptions of one topic under one event id.
  const parts = ['event-id', 'topic', 'shop-domain', 'name'].map((name) => named(hook, name) ?? '')
  const id = named(hook, 'webhook-id')
  if (parts[0] === '' && id === undefined) return err(`${topic}: there is neither an event id nor a webhook id`)
  const event: ForeignEvent = {
    kind: 'foreign',
    name: `Shopify ${topic}`,
    at:
      instantAt({ at: named(hook, 'triggered-at') ?? null }, 'at') ??
      instantAt(record, 'updated_at') ??
      instantAt(record, 'created_at'),
    dedup: parts[0] === '' ? (id as string) : parts.filter((part) => part !== '').join(':'),
    person: personOf(record, topic),
    properties: { shop: named(hook, 'shop-domain') ?? null, topic, ...(record as object) },
  }
  return ok([event])
}

/** The body is a customer, or holds one. */
function personOf(record: JsonValue, topic: string): Person {
  const isCustomer = topic.startsWith('customers/') && !isObject(at(record, 'customer'))
  const customer = isCustomer ? record : at(record, 'customer')
  const id = textAt(customer, 'id')
  return present<Person>({
    userId: undefined,
    anonymousId: undefined,
    email: textAt(customer, 'email') ?? textAt(record, 'email'),
    phone: textAt(customer, 'phone') ?? textAt(record, 'phone'),
    externalIds: id === undefined ? undefined : { shopify_customer_id: id },
  })
}

export const shopify = defineProvider({
  name: 'shopify',
  title: 'Shopify webhooks',
  scheme: 'HMAC-SHA256 over the body; the secret is the app’s client secret',
  needs: [['secrets']],
  keeps: ['topic', 'event-id', 'webhook-id', 'shop-domain', 'name', 'triggered-at', 'api-version'].flatMap((name) => [
    `x-shopify-${name}`,
    `shopify-${name}`,
  ]),
  verify: (request, settings, tools) =>
    verifyHmacHeader(request, settings, tools, {
      header: header(request, 'x-shopify-hmac-sha256') === undefined ? 'shopify-hmac-sha256' : 'x-shopify-hmac-sha256',
      algorithm: 'sha256',
      encoding: 'base64',
      signed: [request.bytes],
    }),
  read,
  tell,
  answers: { good: OK_ANSWER, refused: 401 },
})
