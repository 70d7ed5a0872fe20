import { z } from 'zod'
import { SCOPES, type Scope } from './contract.ts'
import { EVERY_SCOPE_OF_WORKSPACE } from './granted.ts'

/**
 * What a member, or a token that was made with a role, may: a named set of scopes, and whether personal values are masked in
 * what it reads (shared/masking). The one table; docs/roles.md shows it and a test compares the two.
 */
export const ROLE_NAMES = ['admin', 'operator', 'analyst'] as const
export const Role = z
  .enum(ROLE_NAMES)
  .meta({ description: '`admin`, `operator`, or `analyst`, who sees personal values masked' })
export type Role = z.infer<typeof Role>

export interface RoleFacts {
  readonly about: string
  readonly scopes: readonly string[]
  readonly masked: boolean
}

/** What only an admin does: who may what, and the settings that decide who is who and how long things are kept. */
const OF_ADMINS: ReadonlySet<Scope> = new Set(['admin', 'workspace:write', 'tokens:write', 'members:write'])

export const ROLES: Readonly<Record<Role, RoleFacts>> = {
  admin: {
    about: 'everything in the workspace: people, tokens, settings',
    scopes: [EVERY_SCOPE_OF_WORKSPACE],
    masked: false,
  },
  operator: {
    about: 'runs the workspace: sources, pipeline, segments, destinations, repair, export, erasure',
    scopes: SCOPES.filter((scope) => !OF_ADMINS.has(scope)),
    masked: false,
  },
  // Named one by one: a scope that is invented later shows an analyst nothing until somebody has thought about it.
  analyst: {
    about: 'reads what happens and changes nothing; personal values are masked',
    scopes: [
      'profiles:read',
      'profiles:unmask',
      'events:read',
      'identity:read',
      'segments:read',
      'metrics:read',
      'quality:read',
      'jobs:read',
      'dead-letters:read',
      'workspace:read',
      'sources:read',
      'destinations:read',
      'transformations:read',
      'plugins:read',
      'tracking-plans:read',
      'models:read',
      'syncs:read',
    ] satisfies readonly Scope[],
    masked: true,
  },
}

/** What somebody may do and see: by a role as it is defined now, or by a list of scopes. */
export interface Grant {
  readonly scopes: readonly string[]
  readonly role: Role | null
  /** Personal values are masked in whatever is read. */
  readonly masked: boolean
}

export function grantOfRole(role: Role): Grant {
  return { scopes: ROLES[role].scopes, role, masked: ROLES[role].masked }
}

/** Of a token's columns. A role that this code does not know grants nothing. */
export function grantOfToken(scopes: readonly string[], role: string | null): Grant {
  if (role === null) return { scopes, role: null, masked: false }
  const known = Role.safeParse(role)
  return known.success ? grantOfRole(known.data) : { scopes: [], role: null, masked: true }
}
