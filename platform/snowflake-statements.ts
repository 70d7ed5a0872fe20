import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'
import { importPKCS8, SignJWT } from 'jose'
import { z } from 'zod'
import type { SnowflakeSettings } from '../shared/warehouse/type/snowflake.ts'
import { WarehouseRefusal } from '../shared/warehouse/warehouse.ts'
import { contentHash } from './hashing.ts'
import type { OutboundRules } from './outbound-address.ts'
import { askWarehouse } from './warehouse-http.ts'

/**
 * Statements by Snowflake's SQL API (https://docs.snowflake.com/en/developer-guide/sql-api/submitting-requests). A statement
 * with a name has a `requestId` made of it and is sent with `retry=true`, so that one that was carried out is not again;
 * 202 is a statement that is under way. What is named bears repetition besides, since the service forgets requestIds.
 */
export interface SnowflakeStatements {
  /** @param name makes it happen once; without one it is carried out every time */
  run(
    sql: string | readonly string[],
    options?: { readonly name?: string; readonly binds?: readonly string[] },
  ): Promise<Answer>
}

export type Answer = readonly (readonly (string | null)[])[] | 'pending'

const Result = z.object({
  code: z.string().optional(),
  message: z.string().optional(),
  statementHandle: z.string().optional(),
  data: z.array(z.array(z.string().nullable())).optional(),
  resultSetMetaData: z.object({ partitionInfo: z.array(z.unknown()).optional() }).optional(),
})

const QUICK_MS = 3_000
/** https://docs.snowflake.com/en/developer-guide/sql-api/authenticating: an hour at most. */
const TOKEN_S = 3_000

export async function snowflakeStatements(
  settings: SnowflakeSettings,
  rules: OutboundRules,
): Promise<SnowflakeStatements> {
  const { account, warehouse, database, schema, role } = settings
  const endpoint = settings.endpoint?.replace(/\/+$/, '') ?? `https://${account.toLowerCase()}.snowflakecomputing.com`
  const token = await keyPairToken(settings, Date.now())
  const headers = {
    Authorization: `Bearer ${token}`,
    'X-Snowflake-Authorization-Token-Type': 'KEYPAIR_JWT',
    'Content-Type': 'application/json',
    Accept: 'application/json',
  }

  async function ask(method: 'GET' | 'POST', path: string, body?: string) {
    const request = {
      method,
      url: `${endpoint}/api/v2/statements${path}`,
      headers,
      ...(body === undefined ? {} : { body }),
    }
    // 422: the statement failed, and the body says why.
    const reply = await askWarehouse('Snowflake', request, rules, [202, 422])
    return { status: reply.status, result: Result.parse(JSON.parse(reply.body)) }
  }

  return {
    async run(sql, { name, binds = [] } = {}) {
      const statements = typeof sql === 'string' ? [sql] : sql
      const body = {
        statement: statements.join(';\n'),
        timeout: 600,
        warehouse,
        database,
        schema: schema.toUpperCase(),
        ...(role === undefined ? {} : { role }),
        ...(binds.length > 0
          ? { bindings: Object.fromEntries(binds.map((value, i) => [String(i + 1), { type: 'TEXT', value }])) }
          : {}),
        ...(statements.length > 1 ? { parameters: { MULTI_STATEMENT_COUNT: String(statements.length) } } : {}),
      }
      const query = name === undefined ? '' : `?requestId=${uuidOf(name)}&retry=true`
      let { status, result } = await ask('POST', query, JSON.stringify(body))
      const end = Date.now() + (name === undefined ? 10 * QUICK_MS : QUICK_MS)
      for (let waitMs = 20; status === 202 && Date.now() < end; waitMs = Math.min(500, waitMs * 2)) {
        await new Promise((resume) => setTimeout(resume, waitMs))
        ;({ status, result } = await ask('GET', `/${result.statementHandle}`))
      }
      if (status === 202) {
        if (name === undefined) throw new Error('Snowflake did not answer a statement in time')
        return 'pending'
      }
      if (status === 422) throw refusalOf(result.code, `Snowflake: ${result.message ?? result.code}`)
      if ((result.resultSetMetaData?.partitionInfo?.length ?? 1) > 1)
        throw new Error('Snowflake answered with more rows than were expected')
      return result.data ?? []
    },
  }
}

/** 003001: insufficient privileges; what does not exist or is not for us is mended by its owner, not by waiting. */
function refusalOf(code: string | undefined, said: string): Error {
  return code === '003001' ? new WarehouseRefusal(said) : new Error(said)
}

/** `ACCOUNT.USER.SHA256:<fingerprint of the public key>`, signed by the private one. */
async function keyPairToken({ account, user, privateKey }: SnowflakeSettings, now: number): Promise<string> {
  // Without region and cloud, as the documentation wants it.
  const subject = `${(account.split('.')[0] ?? account).toUpperCase()}.${user.toUpperCase()}`
  const at = Math.floor(now / 1_000)
  try {
    const publicKey = createPublicKey(createPrivateKey(privateKey)).export({ type: 'spki', format: 'der' })
    const fingerprint = createHash('sha256').update(publicKey).digest('base64')
    return await new SignJWT({})
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
      .setIssuer(`${subject}.SHA256:${fingerprint}`)
      .setSubject(subject)
      .setIssuedAt(at)
      .setExpirationTime(at + TOKEN_S)
      .sign(await importPKCS8(privateKey, 'RS256'))
  } catch (fault) {
    throw new WarehouseRefusal(`the private key cannot be used: ${(fault as Error).message}`)
  }
}

/** The same name is the same UUID (its version and variant bits say "made by somebody": 8). */
function uuidOf(name: string): string {
  const hash = createHash('sha256').update(contentHash(name)).digest('hex')
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}
