import { randomBytes, randomInt } from 'node:crypto'
import { BUILT_IN_SEGMENTS } from '../shared/config/built-in-segments.ts'
import { hashToken } from './hashing.ts'

/**
 * What a workspace consists of when it is new: itself, a source, a token, the built-in segments. One function says so,
 * for the first workspace of a deployment (scripts/bootstrap.ts) and for those that are made through the API.
 */
export interface NewWorkspace {
  readonly workspace: string
  readonly name: string
  /** JSON, as in the table. */
  readonly settings: string
  readonly sourceId: string
  readonly token: NewToken
  /** Epoch milliseconds. */
  readonly createdAt: number
}

export interface NewToken {
  readonly id: string
  /** The token itself; only its hash goes into the database. */
  readonly text: string
  readonly name: string
  readonly scopes: readonly string[]
}

export interface SqlStatement {
  readonly sql: string
  readonly params: readonly (string | number)[]
}

/** Every statement inserts, and fails when its row is there: so in one batch, a name that is taken changes nothing. */
export function newWorkspaceStatements(made: NewWorkspace): readonly SqlStatement[] {
  const { workspace, name, settings, sourceId, token, createdAt } = made
  return [
    {
      sql: 'INSERT INTO workspaces (id, name, settings, created_at) VALUES (?, ?, ?, ?)',
      params: [workspace, name, settings, createdAt],
    },
    {
      sql: 'INSERT INTO sources (id, workspace, name, kind, created_at) VALUES (?, ?, ?, ?, ?)',
      params: [sourceId, workspace, 'default', 'web', createdAt],
    },
    newTokenStatement(workspace, token, createdAt),
    ...BUILT_IN_SEGMENTS.map(({ key, name, description, condition }) => ({
      sql: 'INSERT INTO segments (workspace, key, name, description, condition, created_at) VALUES (?, ?, ?, ?, ?, ?)',
      params: [workspace, key, name, description, JSON.stringify(condition), createdAt],
    })),
  ]
}

/** A token that never ends. */
export function newTokenStatement(workspace: string, token: NewToken, createdAt: number): SqlStatement {
  return {
    sql: 'INSERT INTO tokens (hash, id, workspace, name, scopes, created_at) VALUES (?, ?, ?, ?, ?, ?)',
    params: [hashToken(token.text), token.id, workspace, token.name, JSON.stringify(token.scopes), createdAt],
  }
}

export function newDestinationId(): string {
  return `dst_${randomName(12)}`
}

export function newPluginId(): string {
  return `plg_${randomName(12)}`
}

export function newSyncId(): string {
  return `syn_${randomName(12)}`
}

export function newSourceId(): string {
  return `src_${randomName(12)}`
}

export function newTransformationId(): string {
  return `tfm_${randomName(12)}`
}

export function newPlanId(): string {
  return `plan_${randomName(12)}`
}

export function newExpectationId(): string {
  return `exp_${randomName(12)}`
}

export function newModelId(): string {
  return `mdl_${randomName(12)}`
}

export function newMemberId(): string {
  return `mbr_${randomName(12)}`
}

export function newToken(name: string, scopes: readonly string[]): NewToken {
  return { id: `tok_${randomName(12)}`, text: `tk_${randomSecret()}`, name, scopes }
}

/** 256 random bits in base64url (43 characters). */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url')
}

const NAME_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'

function randomName(length: number): string {
  return Array.from({ length }, () => NAME_ALPHABET[randomInt(NAME_ALPHABET.length)]).join('')
}
