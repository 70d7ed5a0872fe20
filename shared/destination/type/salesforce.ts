import { z } from 'zod'
import type { JsonValue } from '../../kernel/json.ts'
import { at } from '../../transform/mapping.ts'
import { textIn } from '../delivery.ts'
import { defineDestination, single, skip, trimmed } from '../destination-type.ts'
import { fieldOf, jsonIn, readStatus, reasonOf, refused, retry } from '../verdict.ts'

const Name = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,79}$/, 'must be an API name')

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_upsert.htm, by client credentials. */
export const salesforce = defineDestination({
  type: 'salesforce',
  title: 'Salesforce',
  about: 'Upserts records by an external id. Built from its documentation; not verified against it.',
  settings: z.strictObject({
    instanceUrl: z.url('must be an address').max(300).meta({ description: '`https://….my.salesforce.com`' }),
    clientId: z.string().min(1).max(500),
    clientSecret: z.string().min(1).max(500),
    object: Name.default('Contact'),
    externalId: Name.meta({ description: 'The field that is the external id, `Tributary_Id__c`' }),
    externalIdPath: z.string().min(1).max(300).default('profile.id'),
    fields: z.record(Name, z.string().min(1).max(300)).default({
      LastName: 'profile.traits.lastName',
      FirstName: 'profile.traits.firstName',
      Email: 'profile.traits.email',
    }),
    apiVersion: z
      .string()
      .regex(/^v\d{2,3}\.0$/)
      .default('v62.0'),
  }),
  secrets: ['clientSecret'],
  addresses: ['instanceUrl'],
  takes: ['identify'],
  token: {
    call: ({ instanceUrl, clientId, clientSecret }) => ({
      method: 'POST',
      url: `${trimmed(instanceUrl)}/services/oauth2/token`,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: `grant_type=client_credentials&client_id=${encodeURIComponent(clientId)}&client_secret=${encodeURIComponent(clientSecret)}`,
    }),
    read(reply) {
      const token = fieldOf(jsonIn(reply), 'access_token')
      // It does not say how long; sessions hold two hours unless somebody chose less.
      return typeof token === 'string' ? { token, holdsMs: 900_000 } : retry(`access token: ${reasonOf(reply)}`)
    },
  },
  call: single(({ data }, { instanceUrl, object, externalId, externalIdPath, fields, apiVersion }, { accessToken }) => {
    const id = textIn(at(data, externalIdPath))
    if (id === undefined) return skip('no_external_id')
    const record = Object.entries(fields).flatMap(([field, path]) => {
      const value: JsonValue | undefined = at(data, path)
      return value === undefined || typeof value === 'object' ? [] : [[field, value] as const]
    })
    if (record.length === 0) return skip('no_fields')
    const where = `${trimmed(instanceUrl)}/services/data/${apiVersion}/sobjects/${object}/${externalId}`
    return {
      method: 'PATCH',
      url: `${where}/${encodeURIComponent(id)}`,
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${accessToken ?? ''}` },
      body: JSON.stringify(Object.fromEntries(record)),
    }
  }),
  read(reply, now) {
    if (reply.status === 300) return refused('HTTP 300: the external id is that of several records')
    if (/UNABLE_TO_LOCK_ROW|REQUEST_LIMIT_EXCEEDED|SERVER_UNAVAILABLE/.test(reply.body)) return retry(reasonOf(reply))
    return readStatus(reply, now)
  },
})
