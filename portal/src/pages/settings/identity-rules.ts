import type { WorkspaceDocument } from '../../../../shared/contract/read-workspace.ts'
import { isObject } from '../../form/read-schema.ts'
import { deepPatch } from './deep-patch.ts'

/** Rules of identifiers as a list of rows, as a form has them, and back to what of the settings has to change. */
export interface TypeRow {
  readonly type: string
  readonly [rule: string]: unknown
}

/** As they are in force: what is built in, and what was changed; values that are blocked stay as they are. The strongest first. */
export function typeRows({ identifierTypes }: Pick<WorkspaceDocument, 'identifierTypes'>): readonly TypeRow[] {
  return Object.entries(identifierTypes)
    .map(([type, { blockedValues: _, ...rules }]) => ({ ...rules, type }))
    .sort((a, b) => a.priority - b.priority)
}

/** A row that is gone goes back to what is built in; a type of which nothing was changed is not named. */
export function typesPatch(before: readonly TypeRow[], after: readonly TypeRow[]): Record<string, unknown> {
  const patch: Record<string, unknown> = {}
  for (const { type } of before) if (!after.some((row) => row.type === type)) patch[type] = null
  for (const { type, ...rules } of after) {
    const { type: _, ...was } = before.find((row) => row.type === type) ?? { type }
    const changed = deepPatch(was, rules)
    if (Object.keys(changed).length > 0) patch[type] = changed
  }
  return patch
}

export function rowsSaid(said: Readonly<Record<string, unknown>>): readonly TypeRow[] {
  const types = Array.isArray(said['types']) ? said['types'] : []
  return types.filter((row): row is TypeRow => isObject(row) && typeof row['type'] === 'string')
}

/** `identity.types.email.limit` is a field of a row. */
export function identityPath(path: string, said: Readonly<Record<string, unknown>>): string {
  const inner = path.replace(/^identity\./, '')
  const [head, type, ...rest] = inner.split('.')
  const row = rowsSaid(said).findIndex((one) => one.type === type)
  return head === 'types' && row !== -1 ? ['types', row, ...rest].join('.') : inner
}
