import { createHash, generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { importSPKI, jwtVerify } from 'jose'
import { startDuck } from './duck-engine.ts'

/**
 * A server that speaks Snowflake's SQL API in the shapes of its reference: key-pair tokens, statements that are under way
 * for a while (202), a requestId that was carried out and is not again, several statements only when their number is said
 * and nothing is bound. What is asked is carried out by DuckDB. `trouble` answers instead, once each.
 */
export interface SnowflakeServer {
  readonly settings: Readonly<Record<string, string>>
  readonly trouble: number[]
  /** Forgets which requests it knows, as the service does with time. */
  forget(): void
  query(sql: string): Promise<Record<string, unknown>[]>
  stop(): Promise<void>
}

interface Statement {
  readonly work: Promise<{ data: (string | null)[][] } | { fault: string }>
  polls: number
}

export async function startSnowflake(): Promise<SnowflakeServer> {
  const duck = await startDuck()
  await duck.run("ATTACH ':memory:' AS CDP")
  const pair = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const spki = pair.publicKey.export({ type: 'spki', format: 'der' })
  const publicKey = await importSPKI(pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'RS256')
  const issuer = `MYORG-ACCOUNT.SYNC.SHA256:${createHash('sha256').update(spki).digest('base64')}`
  const statements = new Map<string, Statement>()
  const requests = new Map<string, string>()
  const trouble: number[] = []

  async function handle(request: IncomingMessage): Promise<{ status: number; json: object }> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const body = await textOf(request)
    const token = (request.headers.authorization ?? '').replace('Bearer ', '')
    const known = await jwtVerify(token, publicKey, { issuer, subject: 'MYORG-ACCOUNT.SYNC' }).catch(() => null)
    if (!known || request.headers['x-snowflake-authorization-token-type'] !== 'KEYPAIR_JWT')
      return { status: 401, json: { code: '390144', message: 'JWT token is invalid.' } }
    const next = trouble.shift()
    if (next) return { status: next, json: { code: '390000', message: 'try later' } }
    const handle = /^\/api\/v2\/statements\/([\w-]+)$/.exec(url.pathname)?.[1]
    if (request.method === 'GET' && handle) return stateOf(handle)
    if (request.method !== 'POST' || url.pathname !== '/api/v2/statements') return { status: 404, json: {} }
    const requestId = url.searchParams.get('requestId')
    const before = requestId === null ? undefined : requests.get(requestId)
    // Without retry=true the same request would be carried out once more.
    if (before && url.searchParams.get('retry') === 'true') return stateOf(before)
    const made = `01b-${statements.size}`
    statements.set(made, { work: carriedOut(JSON.parse(body)), polls: 0 })
    if (requestId !== null) requests.set(requestId, made)
    return stateOf(made)
  }

  async function carriedOut(asked: Asked): Promise<{ data: (string | null)[][] } | { fault: string }> {
    const { statement, bindings = {}, parameters } = asked
    const count = statement.split(/;\n/).length
    if (count !== Number(parameters?.['MULTI_STATEMENT_COUNT'] ?? 1))
      return { fault: 'Actual statement count did not match' }
    if (count > 1 && Object.keys(bindings).length > 0) return { fault: 'Bind variable not set.' }
    let i = 0
    const bound = statement.replace(/\?/g, () => `'${String(bindings[String((i += 1))]?.value).replaceAll("'", "''")}'`)
    try {
      const rows = await duck.run(translated(i > 0 ? bound : statement))
      return { data: rows.map((row) => Object.values(row).map((value) => (value === null ? null : String(value)))) }
    } catch (fault) {
      return { fault: String(fault) }
    }
  }

  async function stateOf(handle: string) {
    const statement = statements.get(handle)
    if (!statement) return { status: 404, json: {} }
    statement.polls += 1
    const under = { code: '333334', message: 'Asynchronous execution in progress.', statementHandle: handle }
    if (statement.polls === 1) return { status: 202, json: under }
    const end = await statement.work
    if ('fault' in end) return { status: 422, json: { code: '000904', message: end.fault, statementHandle: handle } }
    const meta = { numRows: end.data.length, partitionInfo: [{ rowCount: end.data.length }] }
    return { status: 200, json: { code: '090001', statementHandle: handle, resultSetMetaData: meta, data: end.data } }
  }

  const server = createServer(async (request, response) => {
    const { status, json } = await handle(request)
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(json))
  })
  await new Promise<void>((resume) => server.listen(0, '127.0.0.1', resume))
  return {
    settings: {
      account: 'myorg-account',
      user: 'sync',
      privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      warehouse: 'COMPUTE_WH',
      database: 'CDP',
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    },
    trouble,
    forget: () => requests.clear(),
    // Names are in capitals there.
    query: async (sql) =>
      (await duck.run(sql)).map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value])),
      ),
    async stop() {
      await new Promise((resume) => server.close(resume))
      duck.stop()
    },
  }
}

interface Asked {
  readonly statement: string
  readonly bindings?: Readonly<Record<string, { readonly type: string; readonly value: string }>>
  readonly parameters?: Readonly<Record<string, string>>
}

/** Snowflake's words for what DuckDB says otherwise. */
function translated(sql: string): string {
  return sql
    .replace(
      /CDP\.INFORMATION_SCHEMA\.SCHEMATA/g,
      "(SELECT upper(schema_name) AS SCHEMA_NAME FROM information_schema.schemata WHERE catalog_name = 'CDP')",
    )
    .replace(
      /CDP\.INFORMATION_SCHEMA\.COLUMNS/g,
      "(SELECT upper(table_name) AS TABLE_NAME, upper(column_name) AS COLUMN_NAME, upper(table_schema) AS TABLE_SCHEMA FROM information_schema.columns WHERE table_catalog = 'CDP')",
    )
    .replace(/ CLUSTER BY \(TO_DATE\(received_at\)\)/g, '')
    .replace(/PARSE_JSON\(('(?:[^']|'')*')\)/g, '$1::JSON')
    .replace(
      /LATERAL FLATTEN\(INPUT => s\.payload\) f/g,
      'LATERAL (SELECT unnest(from_json(s.payload, \'["JSON"]\')) AS value) f',
    )
    .replace(
      /f\.value:"(\w+)"::([A-Z_]+(?:\(38,0\))?)/g,
      (_, name, type) => `(f.value->>'${name}')::${TYPES[type] ?? type}`,
    )
    .replace(/f\.value:"(\w+)"/g, (_, name) => `nullif(f.value->'${name}', 'null'::JSON)`)
    .replace(/TO_CHAR\(CONVERT_TIMEZONE\('UTC', received_at\), 'YYYY-MM-DD'\)/g, "strftime(received_at, '%Y-%m-%d')")
    .replace(/\bVARIANT\b/g, 'JSON')
    .replace(/\bTIMESTAMP_TZ\b/g, 'TIMESTAMPTZ')
    .replace(/NUMBER\(38,0\)/g, 'BIGINT')
    .replace(
      /^UPDATE (CDP\.\w+\.\w+) SET canonical_id = COALESCE\(c\.owner, CDP\.\w+\.\w+\.leaf\)/gm,
      'UPDATE $1 AS e SET canonical_id = COALESCE(c.owner, e.leaf)',
    )
    .replace(/WHERE CDP\.\w+\.events\.leaf = c\.leaf/g, 'WHERE e.leaf = c.leaf')
}

const TYPES: Readonly<Record<string, string>> = { TIMESTAMP_TZ: 'TIMESTAMPTZ', 'NUMBER(38,0)': 'BIGINT' }

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}
