import { isObject, type JsonValue } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { fromBase64, fromDigits, fromHex } from './encoding.ts'
import type { HookEvent, RecordChange, RecordOp } from './hook-event.ts'
import { type HookRequest, type HookSettings, header, signedUrl } from './hook-request.ts'
import type { HookTools } from './hook-tools.ts'
import { at, listAt, millisecondsAt, readRecords, textAt } from './payload.ts'
import { defineProvider, OK_ANSWER } from './provider.ts'
import { isHmacOfAny, secretsOf } from './scheme.ts'
import { FRESH_SECONDS, isFresh, refused, VERIFIED, type Verdict } from './verdict.ts'

const V3 = 'x-hubspot-signature-v3'
const TIME = 'x-hubspot-request-timestamp'
const LEGACY = 'x-hubspot-signature'
const LEGACY_VERSION = 'x-hubspot-signature-version'

/** The escapes HubSpot undoes before it signs an address. */
const ESCAPES: Readonly<Record<string, string>> = {
  '%3A': ':',
  '%2F': '/',
  '%3F': '?',
  '%40': '@',
  '%21': '!',
  '%24': '$',
  '%27': "'",
  '%28': '(',
  '%29': ')',
  '%2A': '*',
  '%2C': ',',
  '%3B': ';',
}

function verify(request: HookRequest, settings: HookSettings, tools: HookTools, now: number): Verdict {
  const secrets = secretsOf(settings)
  const url = signedUrl(request, settings)
  if (secrets.length === 0 || url === undefined) return refused('not_configured')
  const v3 = header(request, V3)
  // A call that has the strong signature is judged by it, and never by a weaker one beside it.
  if (v3 === undefined)
    return settings.legacySignatures ? verifyLegacy(request, secrets, url, tools) : refused('missing')
  const time = header(request, TIME)
  const [ms, given] = [fromDigits(time), fromBase64(v3)]
  if (ms === undefined || !given) return refused(time === undefined ? 'missing' : 'malformed')
  const signed = [request.method + decodedUrl(url), request.bytes, time as string]
  if (!isHmacOfAny(tools, 'sha256', secrets, signed, given)) return refused('mismatch')
  return isFresh(ms, now, settings.maxAgeSeconds ?? FRESH_SECONDS) ? VERIFIED : refused('stale')
}

function decodedUrl(url: string): string {
  return url.replace(/%[0-9a-f]{2}/gi, (each) => ESCAPES[each.toUpperCase()] ?? each)
}

/** Plain hashes with the secret in front, and no time: only where the operator asked for them. */
function verifyLegacy(request: HookRequest, secrets: readonly string[], url: string, tools: HookTools): Verdict {
  const value = header(request, LEGACY)
  if (value === undefined) return refused('missing')
  const given = fromHex(value)
  const version = header(request, LEGACY_VERSION) ?? 'v1'
  if (!given || (version !== 'v1' && version !== 'v2')) return refused('malformed')
  const address = version === 'v2' ? request.method + url : ''
  let same = false
  for (const secret of secrets) if (tools.isSame(tools.sha256([secret + address, request.bytes]), given)) same = true
  return same ? VERIFIED : refused('mismatch')
}

const OPS: Readonly<Record<string, RecordOp>> = {
  creation: 'upsert',
  propertyChange: 'update',
  deletion: 'delete',
  privacyDeletion: 'erase',
  merge: 'merge',
  restore: 'undelete',
}

function tell(record: JsonValue): Result<readonly HookEvent[], string> {
  if (!isObject(record)) return err('an event is not an object')
  const [entity = '', what = ''] = (textAt(record, 'subscriptionType') ?? '').split('.')
  const op = Object.hasOwn(OPS, what) ? OPS[what] : undefined
  if (!op) return ok([])
  const id = textAt(record, op === 'merge' ? 'primaryObjectId' : 'objectId') ?? textAt(record, 'objectId')
  if (id === undefined) return err(`${entity}.${what}: there is no objectId`)
  // eventId alone is not unique.
  const dedup = ['portalId', 'subscriptionId', 'eventId', 'objectId', 'occurredAt']
    .map((name) => textAt(record, name) ?? '')
    .join(':')
  const [property, value] = [textAt(record, 'propertyName'), at(record, 'propertyValue')]
  const isEmpty = value === undefined || value === null || value === ''
  const change: RecordChange = {
    kind: 'record',
    system: 'hubspot',
    entity,
    record: id,
    op,
    set: op === 'update' && property !== undefined && !isEmpty ? { [property]: value } : {},
    clear: op === 'update' && property !== undefined && isEmpty ? [property] : [],
    enriched: {},
    refetch: [],
    at: millisecondsAt(record, 'occurredAt'),
    dedup,
    origin: textAt(record, 'changeSource'),
    merged: op === 'merge' ? listAt(record, 'mergedObjectIds').map(String) : undefined,
  }
  return ok([change])
}

export const hubspot = defineProvider({
  name: 'hubspot',
  title: 'HubSpot webhooks',
  scheme: 'HMAC-SHA256 (v3) over method, configured address, body and time; the secret is the client secret',
  needs: [['secrets'], ['publicUrl']],
  keeps: [],
  verify,
  read: ({ text }) => readRecords(text),
  tell,
  answers: { good: OK_ANSWER, refused: 401 },
})
