import { isObject, type JsonValue } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { ForeignEvent, HookEvent, Person } from './hook-event.ts'
import { header } from './hook-request.ts'
import { at, instantAt, millisecondsAt, present, readObject, textAt } from './payload.ts'
import { defineProvider, type KeptHook, OK_ANSWER } from './provider.ts'
import { verifyStandardSignature } from './standard-signature.ts'

function tell(record: JsonValue, hook: KeptHook): Result<readonly HookEvent[], string> {
  const id = header(hook, 'webhook-id') ?? header(hook, 'svix-id')
  if (id === undefined) return err('there is no webhook-id')
  const type = textAt(record, 'type') ?? textAt(record, 'event_type') ?? textAt(record, 'event')
  if (type === undefined) return ok([])
  const data = at(record, 'data') ?? record
  const event: ForeignEvent = {
    kind: 'foreign',
    name: type,
    at: instantAt(record, 'timestamp') ?? millisecondsAt(record, 'timestamp'),
    dedup: id,
    person: personOf(data),
    properties: isObject(data) ? { ...data } : { data },
  }
  return ok([event])
}

function personOf(data: JsonValue): Person {
  const first = (...names: readonly string[]) => {
    for (const holder of [data, at(data, 'user'), at(data, 'customer'), at(data, 'profile')])
      for (const name of names)
        if (typeof at(holder, name) !== 'object') {
          const text = textAt(holder, name)
          if (text !== undefined) return text
        }
    return undefined
  }
  return present<Person>({
    userId: first('userId', 'user_id'),
    anonymousId: first('anonymousId', 'anonymous_id'),
    email: first('email'),
    phone: first('phone'),
    externalIds: undefined,
  })
}

export const standardWebhooks = defineProvider({
  name: 'standard-webhooks',
  title: 'Standard Webhooks (any sender)',
  scheme: 'HMAC-SHA256 (`whsec_…`) or Ed25519 (`whpk_…`) over id, timestamp and body',
  needs: [['secrets']],
  keeps: ['webhook-id', 'svix-id'],
  verify: verifyStandardSignature,
  read: ({ text }) => readObject(text),
  tell,
  answers: { good: OK_ANSWER, refused: 401 },
})
