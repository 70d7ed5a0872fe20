import { isObject, type JsonObject, type JsonValue } from '../shared/kernel/json.ts'
import type { BigQuerySettings } from '../shared/warehouse/type/bigquery.ts'
import { googleToken } from './google-token.ts'
import { contentHash } from './hashing.ts'
import type { OutboundRules } from './outbound-address.ts'
import { askWarehouse } from './warehouse-http.ts'

/**
 * Jobs of BigQuery under names of our own (https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/insert): a job that
 * was begun before answers 409, and is asked how it is. So whatever is named after its batch happens once. A name is used
 * once and for all, also by a job that failed: the next try has the next number.
 */
export interface BigQueryJobs {
  /** Begins a job, or finds it: `done`, or `pending`. @throws with the reason when this try of it failed */
  job(name: string, configuration: JsonObject, file?: string): Promise<'done' | 'pending'>
  /** A short query and its rows. */
  query(sql: string): Promise<readonly (readonly (string | null)[])[]>
}

const SCOPE = 'https://www.googleapis.com/auth/bigquery'
const MOST_TRIES = 60
/** A job of the kind is usually over by then. */
const QUICK_MS = 3_000

export function bigQueryJobs(settings: BigQuerySettings, rules: OutboundRules): BigQueryJobs {
  const { project, location, key } = settings
  const endpoint = settings.endpoint.replace(/\/+$/, '')
  const root = `${endpoint}/bigquery/v2/projects/${project}`

  async function ask(
    method: 'GET' | 'POST',
    url: string,
    type: string,
    body?: string,
    accepted: readonly number[] = [],
  ) {
    const token = await googleToken(key, SCOPE, rules, Date.now())
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': type }
    const request = { method, url, headers, ...(body === undefined ? {} : { body }) }
    const reply = await askWarehouse('BigQuery', request, rules, accepted)
    return { status: reply.status, json: JSON.parse(reply.body) as JsonValue }
  }

  const state = (jobId: string) =>
    ask('GET', `${root}/jobs/${jobId}?location=${encodeURIComponent(location)}`, JSON_TYPE, undefined, [404])

  async function begin(jobId: string, configuration: JsonObject, file?: string) {
    const job = JSON.stringify({ jobReference: { projectId: project, jobId, location }, configuration })
    if (file === undefined) return ask('POST', `${root}/jobs`, JSON_TYPE, job, [409])
    // https://cloud.google.com/bigquery/docs/reference/api-uploads: the job and its data as parts of one request.
    const boundary = `tributary-${contentHash(jobId)}`
    const parts = [
      `--${boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n${job}\r\n`,
      `--${boundary}\r\nContent-Type: application/octet-stream\r\n\r\n${file}\r\n`,
      `--${boundary}--\r\n`,
    ].join('')
    const url = `${endpoint}/upload/bigquery/v2/projects/${project}/jobs?uploadType=multipart`
    return ask('POST', url, `multipart/related; boundary=${boundary}`, parts, [409])
  }

  return {
    async job(name, configuration, file) {
      const base = `tributary_${contentHash(name)}`
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        const jobId = `${base}_${tries}`
        let { status, json } = await state(jobId)
        const isOurs = status === 404
        if (isOurs) ({ status, json } = await begin(jobId, configuration, file))
        const end = Date.now() + QUICK_MS
        // Somebody else began it at the same moment.
        if (status === 409) ({ json } = await state(jobId))
        for (let waitMs = 20; stateOf(json) !== 'DONE' && Date.now() < end; waitMs = Math.min(500, waitMs * 2)) {
          await new Promise((resume) => setTimeout(resume, waitMs))
          ;({ json } = await state(jobId))
        }
        if (stateOf(json) !== 'DONE') return 'pending'
        const reason = errorOf(json)
        if (reason === undefined) return 'done'
        // An earlier try failed, and said so then: the next number.
        if (isOurs) throw new Error(`BigQuery: ${reason}`)
      }
      throw new Error(`BigQuery refused ${name} ${MOST_TRIES} times: run the sync with full once it is mended`)
    },

    async query(sql) {
      const body = { query: sql, useLegacySql: false, location, timeoutMs: 30_000, maxResults: 10_000 }
      const first = await ask('POST', `${root}/queries`, JSON_TYPE, JSON.stringify(body))
      const jobId = textIn(fieldIn(first.json, 'jobReference'), 'jobId')
      let json = first.json
      for (let tries = 0; fieldIn(json, 'jobComplete') !== true; tries++) {
        if (tries > 5 || jobId === undefined) throw new Error('BigQuery did not answer a query in time')
        const wait = `${root}/queries/${jobId}?location=${encodeURIComponent(location)}&timeoutMs=10000&maxResults=10000`
        ;({ json } = await ask('GET', wait, JSON_TYPE))
      }
      const rows = fieldIn(json, 'rows')
      if (fieldIn(json, 'pageToken') !== undefined)
        throw new Error('BigQuery answered with more rows than were expected')
      return (Array.isArray(rows) ? rows : []).map((row: JsonValue) => {
        const fields = fieldIn(row, 'f')
        return (Array.isArray(fields) ? fields : []).map((field: JsonValue) => textIn(field, 'v') ?? null)
      })
    },
  }
}

const JSON_TYPE = 'application/json; charset=UTF-8'

function stateOf(job: JsonValue): string | undefined {
  return textIn(fieldIn(job, 'status'), 'state')
}

function errorOf(job: JsonValue): string | undefined {
  const error = fieldIn(fieldIn(job, 'status'), 'errorResult')
  return error === undefined ? undefined : `${textIn(error, 'reason')}: ${textIn(error, 'message')}`
}

function fieldIn(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return isObject(value) ? value[name] : undefined
}

function textIn(value: JsonValue | undefined, name: string): string | undefined {
  const text = fieldIn(value, name)
  return typeof text === 'string' ? text : undefined
}
