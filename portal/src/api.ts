import type { z } from 'zod'
import type { Contract } from '../../shared/contract/contract.ts'

/**
 * The API as the portal calls it. Paths, methods, inputs and replies are those of the contracts, as types only: the
 * schemas themselves stay on the server, and nothing of them is in what a browser loads.
 */
type Part<C extends Contract, P extends 'params' | 'body'> =
  C extends Readonly<Record<P, infer S extends z.ZodType>> ? { readonly [K in P]: z.input<S> } : unknown

/** What is undefined is left out of the address. */
type Query<C extends Contract> =
  C extends Readonly<Record<'query', infer S extends z.ZodType>>
    ? { readonly query?: { readonly [K in keyof z.input<S>]: z.input<S>[K] | undefined } }
    : unknown

export type Given<C extends Contract> = Part<C, 'params'> & Query<C> & Part<C, 'body'>

export type ReplyOf<C extends Contract> = z.output<C['reply']>

/** The problem+json of a refusal. `status` 0: the server was not reached. */
export class ApiError extends Error {
  readonly status: number
  readonly errors: readonly { readonly path: string; readonly message: string }[]
  readonly requestId: string | undefined
  constructor(status: number, detail: string, errors: ApiError['errors'] = [], requestId?: string) {
    super(detail)
    this.status = status
    this.errors = errors
    this.requestId = requestId
  }
}

/** Of a quarter of the limit: a character has up to three bytes. */
const KEPT_ALIVE_CHARS = 16_000

interface AnyGiven {
  readonly params?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
}

/**
 * @example await ask<typeof readProfile>('get', '/api/v1/profiles/{ref}', { params: { ref } })
 * @throws ApiError
 */
export async function ask<C extends Contract>(
  method: C['method'],
  path: C['path'],
  given: Given<C>,
  signal?: AbortSignal,
): Promise<ReplyOf<C>> {
  const { params = {}, query = {}, body } = given as AnyGiven
  const text = body === undefined ? '' : JSON.stringify(body)
  const response = await reached(`${filled(path, params)}${searchOf(query)}`, {
    method: method.toUpperCase(),
    // A change that was begun is finished though the page is left; a browser keeps no more than 64 KB for that.
    keepalive: method !== 'get' && text.length < KEPT_ALIVE_CHARS,
    ...(body === undefined ? {} : { body: text, headers: { 'Content-Type': 'application/json' } }),
    ...(signal ? { signal } : {}),
  })
  if (!response.ok) throw await errorOf(response)
  // The server holds its replies against the same contract.
  return (response.status === 204 ? null : await response.json()) as ReplyOf<C>
}

async function reached(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, credentials: 'same-origin' })
  } catch (fault) {
    if (fault instanceof DOMException && fault.name === 'AbortError') throw fault
    throw new ApiError(0, 'offline')
  }
}

interface Problem {
  readonly title?: string
  readonly detail?: string
  readonly errors?: ApiError['errors']
  readonly requestId?: string
}

async function errorOf(response: Response): Promise<ApiError> {
  // Something between us and the server may answer in another form.
  const problem: Problem = await response.json().catch(() => ({}))
  const detail = problem.detail ?? problem.title ?? response.statusText
  return new ApiError(response.status, detail, problem.errors, problem.requestId)
}

function filled(path: string, params: Readonly<Record<string, unknown>>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])))
}

function searchOf(query: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
  return search === '' ? '' : `?${search}`
}
