import type { JsonValue } from '../kernel/json.ts'
import { isObject, own } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { HookEvent } from '../provider/hook-event.ts'
import { header } from '../provider/hook-request.ts'
import { providerOf } from '../provider/index.ts'
import { type KeptHook, OK_ANSWER, type Provider } from '../provider/provider.ts'
import { verifyCredential } from '../provider/scheme.ts'
import { verifyStandardSignature } from '../provider/standard-signature.ts'
import { connectBody } from './connect.ts'
import type { Connector } from './connector.ts'
import { connectorOf } from './index.ts'

/**
 * A streaming connector as somebody who calls `/hooks`: verified by a signature of Standard Webhooks or by a credential,
 * its body taken apart by the connector, and what that made of a record told as it is.
 */
export type HookSender = Omit<Provider, 'name'> & { readonly name: string }

/** Whoever may stand in `/hooks/{name}/…`: a provider, else a streaming connector. */
export function hookSenderOf(name: string): HookSender | undefined {
  const provider = providerOf(name)
  if (provider) return provider
  const connector = connectorOf(name, 'streaming')
  return connector && senderOf(connector)
}

function senderOf(connector: Connector): HookSender {
  return {
    name: connector.name,
    title: connector.summary,
    scheme: 'Standard Webhooks, a bearer token or HTTP Basic',
    needs: [['secrets', 'bearerToken', 'basicAuth']],
    keeps: [],
    verify: (request, settings, tools, now) =>
      header(request, 'webhook-signature') === undefined
        ? verifyCredential(request, settings, tools)
        : verifyStandardSignature(request, settings, tools, now),
    read: (hook) => read(hook, connector),
    tell,
    answers: { good: OK_ANSWER, refused: 401 },
  }
}

/** A fault is kept with what it is about where that is one record; of many the sender has the file. */
const MOST_KEPT_CHARS = 20_000

/** Each record with its messages, or with what is wrong with it. */
function read(hook: KeptHook, connector: Connector): Result<readonly JsonValue[], string> {
  const connected = connectBody(binaryText(hook.text), connector)
  const about = connected.length === 1 ? { text: hook.text.slice(0, MOST_KEPT_CHARS) } : {}
  return ok(
    connected.map(({ items }) => {
      if (items.ok) return { items: items.value }
      const { column, message } = items.failure
      return { fault: column === '' ? message : `${column}: ${message}`, ...about }
    }),
  )
}

function tell(record: JsonValue): Result<readonly HookEvent[], string> {
  const fault = isObject(record) ? own(record, 'fault') : undefined
  if (typeof fault === 'string') return err(fault)
  const items = isObject(record) ? own(record, 'items') : undefined
  if (!Array.isArray(items)) return err('the record holds no messages')
  return ok(items.filter(isObject).map((body) => ({ kind: 'item', body, dedup: '' })))
}

/** One character per byte of UTF-8, as files are read (shared/import/binary-text.ts). */
function binaryText(text: string): string {
  // encodeURIComponent is the only encoder that the language itself has.
  return encodeURIComponent(text.toWellFormed()).replace(/%([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}
