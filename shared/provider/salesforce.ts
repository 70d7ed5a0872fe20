import { isObject, type JsonObject, type JsonValue, own } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { changesOf } from './change-data-capture.ts'
import { readCsvTable } from './csv-table.ts'
import { toHex } from './encoding.ts'
import { formObject, readForm } from './form.ts'
import type { HookEvent, RecordChange } from './hook-event.ts'
import { type HookRequest, type HookSettings, header, mediaTypeOf } from './hook-request.ts'
import type { HookTools } from './hook-tools.ts'
import { ACK, changeOfNotification, notificationsOf, organizationOf } from './outbound-message.ts'
import { instantAt, readRecords, textAt } from './payload.ts'
import { defineProvider, type KeptHook, OK_ANSWER } from './provider.ts'
import { isSameSecret, secretsOf, verifyCredential } from './scheme.ts'
import { verifyStandardSignature } from './standard-signature.ts'
import { refused, VERIFIED, type Verdict } from './verdict.ts'

type Form = 'json' | 'soap' | 'csv'

function formOf(request: Pick<HookRequest, 'headers'>): Form {
  const type = mediaTypeOf(request)
  if (type === 'text/xml' || type === 'application/xml' || type === 'application/soap+xml') return 'soap'
  return type === 'text/csv' || type === 'application/csv' ? 'csv' : 'json'
}

/**
 * A relay signs as Standard Webhooks say or carries a credential. An outbound message can do neither: its address holds
 * a secret (`?token=…`) and its organisation must be on the source's list.
 */
async function verify(request: HookRequest, settings: HookSettings, tools: HookTools, now: number): Promise<Verdict> {
  if (formOf(request) === 'soap') return verifyOutboundMessage(request, settings, tools)
  if (header(request, 'webhook-signature') !== undefined) return verifyStandardSignature(request, settings, tools, now)
  return verifyCredential(request, settings, tools)
}

function verifyOutboundMessage(request: HookRequest, settings: HookSettings, tools: HookTools): Verdict {
  const organizations = settings.organizationIds ?? []
  if (organizations.length === 0) return refused('not_configured')
  const token = formObject(readForm(request.query) ?? []).token
  const credential =
    token === undefined ? verifyCredential(request, settings, tools) : tokenVerdict(token, settings, tools)
  if (!credential.ok) return credential
  const envelope = tools.xml(request.text)
  if (envelope === undefined) return refused('malformed')
  const organization = organizationOf(envelope)?.slice(0, 15)
  // Ids come with 15 characters, or with 18 of which the last three are a checksum.
  return organizations.some((id) => id.slice(0, 15) === organization) ? VERIFIED : refused('not_allowed')
}

function tokenVerdict(token: string, settings: HookSettings, tools: HookTools): Verdict {
  const secrets = secretsOf(settings)
  if (secrets.length === 0) return refused('not_configured')
  let same = false
  for (const secret of secrets) if (isSameSecret(tools, secret, token)) same = true
  return same ? VERIFIED : refused('mismatch')
}

function read(hook: KeptHook, tools: HookTools): Result<readonly JsonValue[], string> {
  switch (formOf(hook)) {
    case 'soap': {
      const envelope = tools.xml(hook.text)
      return envelope === undefined ? err('the body is not well-formed XML') : notificationsOf(envelope)
    }
    case 'csv':
      return readCsvTable(hook.text)
    case 'json':
      return readRecords(hook.text)
  }
}

function tell(record: JsonValue, hook: KeptHook, tools: HookTools): Result<readonly HookEvent[], string> {
  switch (formOf(hook)) {
    case 'soap':
      return changeOfNotification(record)
    case 'csv':
      return isObject(record) ? changeOfRow(record, hook, tools) : err('a row is no object')
    case 'json':
      return changesOf(record)
  }
}

/** A row of an export: `?entity=Contact` says of what, its `Id` of which. An empty cell was not exported. */
function changeOfRow(row: JsonObject, hook: KeptHook, tools: HookTools): Result<readonly RecordChange[], string> {
  const record = textAt(row, 'Id') ?? textAt(row, 'ID') ?? textAt(row, 'id')
  if (record === undefined) return err('a row has no Id')
  const entity = own(formObject(readForm(hook.query) ?? []), 'entity') ?? 'Contact'
  const modified = textAt(row, 'SystemModstamp') ?? textAt(row, 'LastModifiedDate')
  const set = Object.fromEntries(
    Object.entries(row).filter(([name, value]) => name.toLowerCase() !== 'id' && value !== ''),
  )
  return ok([
    {
      kind: 'record',
      system: 'salesforce',
      entity,
      record,
      op: 'upsert',
      set,
      clear: [],
      enriched: {},
      refetch: [],
      at: instantAt(row, 'SystemModstamp') ?? instantAt(row, 'LastModifiedDate'),
      dedup: `${entity}:${record}:${modified ?? toHex(tools.sha256([JSON.stringify(row)])).slice(0, 32)}`,
    },
  ])
}

export const salesforce = defineProvider({
  name: 'salesforce',
  title: 'Salesforce: change events of a relay, outbound messages, CSV',
  scheme: 'Standard Webhooks, bearer or Basic; outbound messages: a token in the address and the organisation',
  needs: [['secrets', 'bearerToken', 'basicAuth']],
  keeps: ['content-type'],
  verify,
  read,
  tell,
  answers: { good: OK_ANSWER, refused: 401 },
  answer: (request) =>
    formOf(request) === 'soap' ? { status: 200, contentType: 'text/xml; charset=utf-8', body: ACK } : OK_ANSWER,
})
