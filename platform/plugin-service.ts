import type { OutgoingRequest } from '../shared/destination/destination-type.ts'
import { signedRequest } from '../shared/destination/signed-request.ts'
import { jsonIn, reasonOf } from '../shared/destination/verdict.ts'
import type { JsonObject, JsonValue } from '../shared/kernel/json.ts'
import { err, ok, type Result } from '../shared/kernel/result.ts'
import { BINDING } from '../shared/plugin/remote-settings.ts'
import { destinationTools } from './destination-tools.ts'
import { callOut, exchange, type Outcome } from './outbound.ts'
import { outboundRules } from './outbound-address.ts'

/** One question to the service behind a plugin, by HTTP or by a service binding. */
export interface ServiceCall {
  /** Names what is asked, the same whenever it is asked again: `webhook-id` and `Idempotency-Key`. */
  readonly id: string
  /** JSON. */
  readonly body: string
  /** Of the plugin, opened: `url` or `binding`, and `secret`. */
  readonly settings: JsonObject
  readonly ms: number
  readonly mostBytes: number
}

export type ServiceFailure = { readonly reason: string; readonly timeout: boolean }

/** What it answered, as JSON; undefined when it answered with nothing at all. Never rejects. */
export async function askService(env: Env, call: ServiceCall): Promise<Result<JsonValue | undefined, ServiceFailure>> {
  const began = Date.now()
  const outcome = await sent(env, call)
  const failed = (reason: string) => err({ reason, timeout: Date.now() - began >= call.ms })
  if (outcome.kind !== 'reply') return failed(outcome.reason)
  const { reply } = outcome
  if (reply.status >= 300 && reply.status < 400)
    return failed(`HTTP ${reply.status}: a redirect, which is not followed`)
  if (reply.status < 200 || reply.status >= 300) return failed(reasonOf(reply))
  if (reply.cut) return failed(`the answer broke off, or is longer than ${call.mostBytes} bytes`)
  if (reply.body.trim() === '') return ok(undefined)
  const json = jsonIn(reply)
  return json === undefined ? failed('the answer is no JSON') : ok(json)
}

async function sent(env: Env, { id, body, settings, ms, mostBytes }: ServiceCall): Promise<Outcome> {
  const { url, secret, binding } = settings
  if (typeof binding !== 'string') {
    return callOut(requestTo(String(url), body, id, secret), outboundRules(env), ms, mostBytes)
  }
  const service = serviceNamed(env, binding)
  if (!service) return { kind: 'forbidden', reason: `there is no service binding ${binding}` }
  // The name of the host is nobody's: a binding has only one end.
  const request = requestTo('https://plugin.internal/', body, id, secret)
  return exchange(request, (address, init) => service.fetch(address, init), ms, mostBytes)
}

function requestTo(url: string, body: string, id: string, secret: JsonValue | undefined): OutgoingRequest {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': id }
  if (typeof secret !== 'string') return { method: 'POST', url, headers: { ...headers, 'webhook-id': id }, body }
  return signedRequest({ method: 'POST', url, headers, body }, id, secret, destinationTools(Date.now()))
}

/** The operator's binding of that name. Only of those that are meant for it. */
export function serviceNamed(env: Env, name: string): Fetcher | undefined {
  if (!BINDING.test(name) || !Object.hasOwn(env, name)) return undefined
  const service = (env as unknown as Record<string, Partial<Fetcher> | undefined>)[name]
  return typeof service?.fetch === 'function' ? (service as Fetcher) : undefined
}
