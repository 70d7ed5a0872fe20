import { randomBytes, randomInt } from 'node:crypto'
import { hashToken } from '../platform/hashing.ts'
import { BUILT_IN_SEGMENTS } from '../shared/config/built-in-segments.ts'

/**
 * What the first workspace consists of: the workspace, a source, a token with every scope, the built-in segments.
 * Used by `npm start` and by `npm run deploy`, each only while there is none yet. Every statement is INSERT OR IGNORE,
 * so that a run that was interrupted may be repeated, and never undoes what somebody edited since.
 */
export interface FirstWorkspace {
  readonly workspace: string
  readonly sourceId: string
  readonly tokenId: string
  /** The token itself; only its hash goes into the database. */
  readonly apiToken: string
  /** Epoch milliseconds. */
  readonly createdAt: number
}

export interface SqlStatement {
  readonly sql: string
  readonly params: readonly (string | number)[]
}

/** Fresh random names and a fresh token for a workspace; `createdAt` in epoch milliseconds. */
export function newFirstWorkspace(createdAt: number): FirstWorkspace {
  return {
    workspace: 'default',
    sourceId: `src_${randomName(12)}`,
    tokenId: `tok_${randomName(12)}`,
    apiToken: `tk_${randomSecret()}`,
    createdAt,
  }
}

/** 256 random bits in base64url (43 characters). */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url')
}

export function bootstrapStatements(first: FirstWorkspace): readonly SqlStatement[] {
  const { workspace, createdAt } = first
  return [
    {
      sql: 'INSERT OR IGNORE INTO workspaces (id, name, created_at) VALUES (?, ?, ?)',
      params: [workspace, workspace, createdAt],
    },
    {
      sql: 'INSERT OR IGNORE INTO sources (id, workspace, name, kind, created_at) VALUES (?, ?, ?, ?, ?)',
      params: [first.sourceId, workspace, 'default', 'web', createdAt],
    },
    tokenStatement(first),
    ...builtInSegmentStatements(workspace, createdAt),
  ]
}

/** The token alone, with every scope. */
export function tokenStatement(first: FirstWorkspace): SqlStatement {
  return {
    sql: 'INSERT OR IGNORE INTO tokens (hash, id, workspace, name, scopes, created_at) VALUES (?, ?, ?, ?, ?, ?)',
    params: [hashToken(first.apiToken), first.tokenId, first.workspace, 'first token', '["*"]', first.createdAt],
  }
}

function builtInSegmentStatements(workspace: string, createdAt: number): readonly SqlStatement[] {
  return BUILT_IN_SEGMENTS.map((segment) => ({
    sql: 'INSERT OR IGNORE INTO segments (workspace, key, name, description, condition, created_at) VALUES (?, ?, ?, ?, ?, ?)',
    params: [workspace, segment.key, segment.name, segment.description, JSON.stringify(segment.condition), createdAt],
  }))
}

/** The statements as one SQL text, for tools that take a file and no parameters. */
export function asSqlFile(statements: readonly SqlStatement[]): string {
  return statements.map((statement) => `${inlined(statement)};\n`).join('')
}

function inlined({ sql, params }: SqlStatement): string {
  let next = 0
  return sql.replace(/\?/g, () => literal(params[next++]))
}

function literal(value: string | number | undefined): string {
  if (typeof value === 'number') return String(value)
  if (value === undefined) throw new Error('fewer parameters than placeholders')
  return `'${value.replaceAll("'", "''")}'`
}

const NAME_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'

function randomName(length: number): string {
  return Array.from({ length }, () => NAME_ALPHABET[randomInt(NAME_ALPHABET.length)]).join('')
}
