import type { z } from 'zod'
import { ConfigStore } from '../../platform/config-store.ts'
import { log } from '../../platform/log.ts'
import { isTransient } from '../../platform/transient.ts'
import type { Contract, Parsed, Reply, Scope } from '../../shared/contract/contract.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import { fieldErrors } from '../../shared/segment/field-errors.ts'
import { callerOf } from './authenticate-token.ts'
import { answerFor, mayAsk } from './masked-answer.ts'
import { problem } from './problem.ts'
import { readBody } from './read-body.ts'

/**
 * From a contract and a handler to a route: checks the caller, parses params, query and body, and answers with JSON, or
 * with problem+json that names the field. Handlers return failures; what they throw is a fault and is told apart here,
 * once, from a platform that is only busy.
 */
export interface Call {
  readonly env: Env
  readonly request: Request
  readonly requestId: string
  /** Epoch milliseconds. */
  readonly now: number
  /** Of the token or the member; both are empty for operations that anyone may call. */
  readonly workspace: string
  readonly tokenId: string
  /** Personal values in the answer are masked, here and not by the handler (contract.masking says otherwise). */
  readonly masked: boolean
}

export interface Input<C extends Contract> {
  readonly params: Parsed<C, 'params'>
  readonly query: Parsed<C, 'query'>
  readonly body: Parsed<C, 'body'>
}

/** What a handler answers: the reply as data, or, for another form of it (a file), the response itself. */
type Answer<C extends Contract> = Promise<Result<Reply<C> | Response, Failure>>

export type Handler<C extends Contract> = (input: Input<C>, call: Call) => Answer<C>

export interface Route {
  readonly contract: Contract
  /** `params` as they stand in the path, decoded. Never rejects. */
  readonly answer: (request: Request, env: Env, params: Readonly<Record<string, string>>) => Promise<Response>
}

export function serve<const C extends Contract>(contract: C, handler: Handler<C>): Route {
  return {
    contract,
    async answer(request, env, params) {
      const call = { env, request, requestId: crypto.randomUUID(), now: Date.now() }
      try {
        const result = await answered(contract, handler, call, params)
        return result.ok ? success(contract, result.value, call.requestId) : problem(result.failure, call.requestId)
      } catch (fault) {
        log.error(`${contract.name}: it failed`, { correlation_id: call.requestId, fault })
        return problem(failureOf(fault), call.requestId)
      }
    },
  }
}

async function answered<C extends Contract>(
  contract: C,
  handler: Handler<C>,
  call: Omit<Call, 'workspace' | 'tokenId' | 'masked'>,
  path: Readonly<Record<string, string>>,
): Answer<C> {
  const { env, request, now } = call
  const access = scopeOf(contract)
  const caller = access
    ? await callerOf(request, access, env, new ConfigStore(env.DB), now)
    : ok({ workspace: '', tokenId: '', masked: false })
  if (!caller.ok) return caller
  const asked = mayAsk(contract, caller.value)
  if (!asked.ok) return asked
  const params = part(contract.params, path)
  if (!params.ok) return params
  const query = part(contract.query, contract.query && givenIn(new URL(request.url).searchParams))
  if (!query.ok) return query
  const body = await bodyOf(contract, request)
  if (!body.ok) return body
  // The schemas of this very contract made these, which is what Input says of them.
  const input = { params: params.value, query: query.value, body: body.value } as Input<C>
  const answer = await handler(input, { ...call, ...caller.value })
  return answerFor(contract, answer, env, caller.value)
}

function scopeOf({ scope }: Contract): Scope | undefined {
  return scope === 'anyone' || scope === 'write key' ? undefined : scope
}

/** `?limit=&cursor=` gives nothing, as a form sends it that nobody filled in; `trait.plan=` asks for a value. */
function givenIn(parameters: URLSearchParams): Readonly<Record<string, string>> {
  return Object.fromEntries([...parameters].filter(([name, value]) => value !== '' || name.includes('.')))
}

function part(schema: z.ZodType | undefined, raw: unknown): Result<unknown, Failure> {
  if (!schema) return ok(undefined)
  const parsed = schema.safeParse(raw, { reportInput: true })
  if (parsed.success) return ok(parsed.data)
  const errors = fieldErrors(parsed.error.issues)
  const detail = errors.map(({ path, message }) => `${path} ${message}`.trim()).join('; ')
  return err(failure('invalid_request', detail, errors))
}

async function bodyOf(contract: Contract, request: Request): Promise<Result<unknown, Failure>> {
  if (!contract.body) return ok(undefined)
  const text = await readBody(request)
  if (!text.ok) return text
  let json: unknown
  try {
    // Nothing at all is no JSON, but may be a body whose every field is optional.
    json = text.value.trim() === '' ? undefined : JSON.parse(text.value)
  } catch {
    return err(failure('invalid_request', 'the body is not valid JSON'))
  }
  try {
    return part(contract.body, json)
  } catch (fault) {
    // A schema walks as deep as the body is.
    if (fault instanceof RangeError) return err(failure('invalid_request', 'the body is nested too deeply'))
    throw fault
  }
}

/** A page of ours needs its own style and nothing else. */
const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"

function success(contract: Contract, value: unknown, requestId: string): Response {
  const headers = { 'X-Request-Id': requestId, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }
  const status = contract.status ?? 200
  if (value instanceof Response && value.webSocket) return value
  if (value instanceof Response) {
    // Not as a record, which would keep one cookie of several.
    const all = new Headers(headers)
    for (const name of value.headers.keys()) all.delete(name)
    for (const [name, text] of value.headers) all.append(name, text)
    return new Response(value.body, { status, headers: all })
  }
  if (status === 204) return new Response(null, { status, headers })
  if (contract.media === undefined) return Response.json(value, { status, headers })
  const page = contract.media.startsWith('text/html') ? { 'Content-Security-Policy': PAGE_POLICY } : {}
  return new Response(String(value), { status, headers: { ...headers, ...page, 'Content-Type': contract.media } })
}

/** An object that is overloaded or was moved will be there again in a moment; everything else is ours to mend. */
function failureOf(fault: unknown): Failure {
  if (isTransient(fault)) return failure('unavailable', 'busy at the moment; please try again')
  return failure('internal', 'something broke on our side')
}
