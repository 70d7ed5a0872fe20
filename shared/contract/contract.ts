import type { z } from 'zod'
import type { FailureCode } from '../kernel/failure.ts'

/**
 * One operation of the HTTP API as a value: the route, its checks, the OpenAPI document, the docs page and the common
 * tests all come from it. What an operation does stands in the handler of the same file name in workers/route/.
 */
export const SCOPES = [
  'profiles:read',
  'profiles:write',
  'profiles:erase',
  'profiles:unmask',
  'events:read',
  'identity:read',
  'identity:write',
  'metrics:read',
  'dead-letters:read',
  'dead-letters:write',
  'workspace:read',
  'workspace:write',
  'segments:read',
  'segments:write',
  'jobs:read',
  'jobs:write',
  'imports:read',
  'imports:write',
  'sources:read',
  'sources:write',
  'destinations:read',
  'destinations:write',
  'transformations:read',
  'transformations:write',
  'plugins:read',
  'plugins:write',
  'tracking-plans:read',
  'tracking-plans:write',
  'quality:read',
  'quality:write',
  'models:read',
  'models:write',
  'lake:read',
  'lake:write',
  'syncs:read',
  'syncs:write',
  'lake:export',
  'tokens:read',
  'tokens:write',
  'members:read',
  'members:write',
  'audit:read',
  'admin',
] as const
export type Scope = (typeof SCOPES)[number]

/** Who may call: holders of an API token with this scope (wildcards: granted.ts), of a write key, or anyone. */
export type Access = Scope | 'write key' | 'anyone'

export interface Contract {
  readonly name: string
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Parameters in braces: `/api/v1/profiles/{ref}`. */
  readonly path: `/${string}`
  /** Other paths of the same operation. */
  readonly aliases?: readonly `/${string}`[]
  readonly group: 'Ingestion' | 'Profiles' | 'Segments' | 'Tracking' | 'Operations' | 'About this API'
  readonly scope: Access
  readonly summary: string
  /**
   * What becomes of the answer for a role that sees personal values masked; unsaid, all of it is masked (shared/masking).
   * `settings`: it is configuration, in which only what looks like an address is masked. `refused`: no such role may ask.
   * `own`: the handler does it itself, or there is nothing of people in its file.
   */
  readonly masking?: 'settings' | 'refused' | 'own'
  readonly description?: string
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  /** Content types of a body that is a file and not read as a whole; instead of `body`. */
  readonly files?: readonly string[]
  readonly reply: z.ZodType
  /** Status of success; 200 unless said. */
  readonly status?: number
  /** Content type of a reply that is no JSON; then `reply` is a string. */
  readonly media?: string
  /** Beyond what every operation with its kind of access may answer. */
  readonly failures: readonly FailureCode[]
  /** Form of a failure's body; problem+json unless said. */
  readonly failure?: z.ZodType
}

export function defineContract<const C extends Contract>(contract: C): C {
  return contract
}

type Part = 'params' | 'query' | 'body'

/** What a handler gets of a part of the request: parsed, with defaults. */
export type Parsed<C extends Contract, P extends Part> =
  C extends Readonly<Record<P, infer S extends z.ZodType>> ? z.output<S> : undefined

export type Reply<C extends Contract> = z.input<C['reply']>

/** All failure codes an operation may answer with, by what it checks. */
export function failuresOf(contract: Contract): readonly FailureCode[] {
  const codes = new Set<FailureCode>(contract.failures)
  if (contract.query || contract.body) codes.add('invalid_request')
  if (contract.scope !== 'anyone') codes.add('unauthorized').add('unavailable')
  if (contract.scope !== 'anyone') codes.add('forbidden')
  // A source may be closed to an address, limited in its rate, or paused.
  if (contract.scope === 'write key') codes.add('rate_limited').add('not_found')
  return [...codes]
}
