import { isObject, type JsonObject, type JsonValue } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { RecordChange } from './hook-event.ts'
import { at, instantAt, listAt, textAt } from './payload.ts'

/** Salesforce outbound messages: SOAP with up to a hundred notifications, each the record as it is now. */
export const MOST_NOTIFICATIONS = 100

function notificationsAt(envelope: JsonValue | undefined): JsonValue | undefined {
  return at(envelope, 'Envelope', 'Body', 'notifications')
}

export function organizationOf(envelope: JsonValue | undefined): string | undefined {
  return textAt(notificationsAt(envelope), 'OrganizationId')
}

/** The session id, which could act for a user, is never looked at. */
export function notificationsOf(envelope: JsonValue): Result<readonly JsonValue[], string> {
  const found = at(notificationsAt(envelope), 'Notification')
  const list = Array.isArray(found) ? listAt(found) : found === undefined ? [] : [found]
  if (list.length === 0) return err('there is no Notification in the envelope')
  return list.length > MOST_NOTIFICATIONS ? err(`more than ${MOST_NOTIFICATIONS} notifications`) : ok(list)
}

export function changeOfNotification(notification: JsonValue): Result<readonly RecordChange[], string> {
  const [id, object] = [textAt(notification, 'Id'), at(notification, 'sObject')]
  const record = textAt(object, 'Id')
  if (id === undefined || record === undefined || !isObject(object)) return err('a notification has no Id or no record')
  const entity = (textAt(object, '@type') ?? '').replace(/^.*:/, '')
  const change: RecordChange = {
    kind: 'record',
    system: 'salesforce',
    entity: entity === '' ? 'Record' : entity,
    record,
    op: 'upsert',
    set: fieldsOf(object),
    clear: [],
    enriched: {},
    refetch: [],
    at: instantAt(object, 'SystemModstamp') ?? instantAt(object, 'LastModifiedDate'),
    dedup: `${id}:${record}`,
  }
  return ok([change])
}

function fieldsOf(object: JsonObject): Record<string, unknown> {
  const fields = Object.entries(object).filter(
    ([name, value]) => name !== 'Id' && !name.startsWith('@') && typeof value === 'string',
  )
  return Object.fromEntries(fields)
}

export const ACK =
  '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">' +
  '<soapenv:Body><notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack>' +
  '</notificationsResponse></soapenv:Body></soapenv:Envelope>'
