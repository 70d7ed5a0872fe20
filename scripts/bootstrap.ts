import {
  type NewToken,
  newSourceId,
  newToken,
  newTokenStatement,
  newWorkspaceStatements,
  type SqlStatement,
} from '../platform/new-workspace.ts'

/**
 * The first workspace, used by `npm start` and by `npm run deploy`, each only while there is none yet. Every statement is
 * INSERT OR IGNORE, so that a run that was interrupted may be repeated, and never undoes what somebody edited since.
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

/** Fresh random names and a fresh token for a workspace; `createdAt` in epoch milliseconds. */
export function newFirstWorkspace(createdAt: number): FirstWorkspace {
  const { id, text } = newToken('', [])
  return { workspace: 'default', sourceId: newSourceId(), tokenId: id, apiToken: text, createdAt }
}

export function bootstrapStatements(first: FirstWorkspace): readonly SqlStatement[] {
  const { workspace, sourceId, createdAt } = first
  const made = { workspace, name: workspace, settings: '{}', sourceId, token: tokenOf(first), createdAt }
  return newWorkspaceStatements(made).map(orIgnore)
}

/** The token alone, with every scope. */
export function tokenStatement(first: FirstWorkspace): SqlStatement {
  return orIgnore(newTokenStatement(first.workspace, tokenOf(first), first.createdAt))
}

function tokenOf({ tokenId, apiToken }: FirstWorkspace): NewToken {
  return { id: tokenId, text: apiToken, name: 'first token', scopes: ['*'] }
}

function orIgnore({ sql, params }: SqlStatement): SqlStatement {
  return { sql: sql.replace(/^INSERT INTO/, 'INSERT OR IGNORE INTO'), params }
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
