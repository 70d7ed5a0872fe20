import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { importSPKI, jwtVerify } from 'jose'
import { type DuckEngine, startDuck } from './duck-engine.ts'

/**
 * A server that speaks the parts of BigQuery's REST API that we use, in the shapes of its reference: tokens for signed
 * assertions, jobs that are under way for a while and whose names are used once (409), uploads in two parts. What the jobs
 * say is carried out by DuckDB. `trouble` answers instead, once each; `failing` makes the next job end with an error.
 */
export interface BigQueryServer {
  readonly settings: {
    readonly project: string
    readonly location: string
    readonly key: string
    readonly endpoint: string
  }
  readonly trouble: number[]
  readonly failing: string[]
  readonly jobs: Map<string, Job>
  query(sql: string): Promise<Record<string, unknown>[]>
  stop(): Promise<void>
}

interface Job {
  readonly work: Promise<string | undefined>
  polls: number
}

const PROJECT = 'the-project'

export async function startBigQuery(): Promise<BigQueryServer> {
  const duck = await startDuck()
  const pair = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const publicKey = await importSPKI(pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'RS256')
  const jobs = new Map<string, Job>()
  const trouble: number[] = []
  const failing: string[] = []
  const tokens = new Set<string>()
  let origin = ''

  async function handle(request: IncomingMessage): Promise<{ status: number; json: unknown }> {
    const url = new URL(request.url ?? '/', origin)
    const body = await textOf(request)
    if (url.pathname === '/token') {
      const assertion = new URLSearchParams(body).get('assertion') ?? ''
      const verified = await jwtVerify(assertion, publicKey, {
        audience: `${origin}/token`,
        issuer: 'sync@the-project',
      }).catch(() => null)
      if (verified?.payload['scope'] !== 'https://www.googleapis.com/auth/bigquery')
        return { status: 400, json: { error: 'invalid_grant' } }
      const token = `ya29.${tokens.size}`
      tokens.add(token)
      return { status: 200, json: { access_token: token, expires_in: 3_599, token_type: 'Bearer' } }
    }
    if (!tokens.has((request.headers.authorization ?? '').replace('Bearer ', '')))
      return refused(401, 'authError', 'Invalid Credentials')
    const next = trouble.shift()
    if (next) return refused(next, next === 429 ? 'rateLimitExceeded' : 'backendError', 'try later')
    const path = url.pathname.replace(`/bigquery/v2/projects/${PROJECT}`, '')
    if (request.method === 'POST' && path === '/queries') return queried(JSON.parse(body).query)
    const id = /^\/jobs\/([\w-]+)$/.exec(path)?.[1]
    if (request.method === 'GET' && id) return stateOf(id)
    const isUpload = path === '/upload/jobs' && url.searchParams.get('uploadType') === 'multipart'
    if (request.method === 'POST' && (path === '/jobs' || isUpload)) {
      const [text, file] = isUpload ? partsOf(body, String(request.headers['content-type'])) : [body, '']
      const { jobReference, configuration } = JSON.parse(text ?? '')
      if (!/^[\w-]{1,1024}$/.test(jobReference.jobId)) return refused(400, 'invalid', 'Invalid job id')
      if (jobs.has(jobReference.jobId)) return refused(409, 'duplicate', `Already Exists: Job ${jobReference.jobId}`)
      jobs.set(jobReference.jobId, { work: carriedOut(configuration, file ?? ''), polls: 0 })
      return stateOf(jobReference.jobId)
    }
    return refused(404, 'notFound', `${request.method} ${path}`)
  }

  async function queried(sql: string) {
    try {
      const rows = await duck.run(translated(sql))
      const f = rows.map((row) => ({ f: Object.values(row).map((v) => ({ v: v === null ? null : String(v) })) }))
      return {
        status: 200,
        json: { jobComplete: true, jobReference: { jobId: 'job_q' }, ...(f.length > 0 ? { rows: f } : {}) },
      }
    } catch (fault) {
      return refused(400, 'invalidQuery', String(fault))
    }
  }

  async function carriedOut(
    configuration: { load?: Load; query?: { query: string } },
    file: string,
  ): Promise<string | undefined> {
    const fault = failing.shift()
    if (fault) return fault
    try {
      if (configuration.load) await loaded(duck, configuration.load, file)
      if (configuration.query) await duck.run(translated(configuration.query.query))
      return undefined
    } catch (error) {
      return String(error)
    }
  }

  async function stateOf(id: string) {
    const job = jobs.get(id)
    if (!job) return refused(404, 'notFound', `Not found: Job ${id}`)
    job.polls += 1
    // Under way when it is begun, as jobs are.
    if (job.polls === 1) return { status: 200, json: { status: { state: 'RUNNING' } } }
    const message = await job.work
    const error = { reason: 'backendError', message }
    return {
      status: 200,
      json: { status: { state: 'DONE', ...(message ? { errorResult: error, errors: [error] } : {}) } },
    }
  }

  const server = createServer(async (request, response) => {
    const { status, json } = await handle(request).catch((fault: unknown) =>
      refused(500, 'internalError', String(fault)),
    )
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(json))
  })
  await new Promise<void>((resume) => server.listen(0, '127.0.0.1', resume))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const key = JSON.stringify({
    type: 'service_account',
    client_email: 'sync@the-project',
    private_key: pem,
    token_uri: `${origin}/token`,
  })
  return {
    settings: { project: PROJECT, location: 'EU', key, endpoint: origin },
    trouble,
    failing,
    jobs,
    query: (sql) => duck.run(sql),
    async stop() {
      await new Promise((resume) => server.close(resume))
      duck.stop()
    },
  }
}

interface Load {
  readonly destinationTable: { readonly datasetId: string; readonly tableId: string }
  readonly schema: { readonly fields: readonly { readonly name: string; readonly type: string }[] }
  readonly sourceFormat: string
  readonly writeDisposition: string
}

async function loaded(duck: DuckEngine, load: Load, file: string): Promise<void> {
  if (load.sourceFormat !== 'NEWLINE_DELIMITED_JSON' || load.writeDisposition !== 'WRITE_APPEND')
    throw new Error('not what was expected')
  const { datasetId, tableId } = load.destinationTable
  const at = `"${datasetId}"."${tableId}"`
  const columns = load.schema.fields.map(({ name, type }) => `"${name}" ${typeIn(type)}`)
  await duck.run(`CREATE TABLE IF NOT EXISTS ${at} (${columns.join(', ')})`)
  for (const line of file.split('\n').filter(Boolean)) {
    const row = JSON.parse(line) as Record<string, unknown>
    const values = load.schema.fields.map(({ name, type }) => `${literal(row[name])}::${typeIn(type)}`)
    await duck.run(`INSERT INTO ${at} VALUES (${values.join(', ')})`)
  }
}

function literal(value: unknown): string {
  return value === null || value === undefined ? 'NULL' : `'${String(value).replaceAll("'", "''")}'`
}

const TYPES: Readonly<Record<string, string>> = {
  STRING: 'VARCHAR',
  TIMESTAMP: 'TIMESTAMPTZ',
  BOOL: 'BOOLEAN',
  INT64: 'BIGINT',
  FLOAT64: 'DOUBLE',
}

function typeIn(type: string): string {
  return TYPES[type] ?? type
}

/** BigQuery's words for what DuckDB says otherwise. */
function translated(sql: string): string {
  return sql
    .replace(
      /`the-project`\.`region-eu`\.INFORMATION_SCHEMA\.SCHEMATA/g,
      '(SELECT schema_name FROM information_schema.schemata)',
    )
    .replace(
      /`the-project\.(\w+)`\.INFORMATION_SCHEMA\.COLUMNS/g,
      "(SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = '$1')",
    )
    .replace(/ OPTIONS\(location = '\w+'\)/g, '')
    .replace(/ PARTITION BY DATE\(received_at\) CLUSTER BY [\w, ]+/g, '')
    .replace(/PARSE_JSON\(([^,]+), wide_number_mode => 'round'\)/g, '$1::JSON')
    .replace(/FORMAT_TIMESTAMP\('%Y-%m-%d', received_at\)/g, "strftime(received_at, '%Y-%m-%d')")
    .replace(/`the-project\.(\w+)`/g, '"$1"')
    .replace(/`the-project\.(\w+)\.(\w+)`/g, '"$1"."$2"')
    .replace(/\b(?:STRING|TIMESTAMP|BOOL|INT64|FLOAT64)\b(?=[ ,)]|$)/g, (type) => typeIn(type))
    .replaceAll('IFNULL(', 'coalesce(')
    .replace(/STARTS_WITH/g, 'starts_with')
    .replaceAll('`', '"')
}

function refused(code: number, reason: string, message: string) {
  return { status: code, json: { error: { code, message, errors: [{ reason, message }] } } }
}

function partsOf(body: string, type: string): readonly (string | undefined)[] {
  const boundary = /boundary=([\w-]+)/.exec(type)?.[1]
  const parts = body.split(`--${boundary}`).slice(1, -1)
  return parts.map((part) => part.slice(part.indexOf('\r\n\r\n') + 4, -2))
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}
