import { type DefinitionKind, TABLES } from '../../platform/definition-row.ts'
import { type Condition, childrenOf } from '../../shared/segment/condition.ts'

/** What conditions read of other definitions: memberships of segments and values of computed traits. */
export interface Reference {
  readonly kind: DefinitionKind
  readonly key: string
  /** Where in the condition: `conditions.1.key`. */
  readonly path: string
}

export function referencesOf(condition: Condition, path = ''): readonly Reference[] {
  const at = (rest: string) => (path === '' ? rest : `${path}.${rest}`)
  // Widened, so that the two kinds are read by what they have and not by which types there are.
  const { type, key } = condition as { readonly type: string; readonly key?: string }
  const own: Reference[] =
    key === undefined || (type !== 'segment' && type !== 'computed')
      ? []
      : [{ kind: type === 'segment' ? 'segment' : 'computed_trait', key, path: at('key') }]
  const single = condition.type === 'not'
  const inner = childrenOf(condition).flatMap((child, i) =>
    referencesOf(child, at(single ? 'condition' : `conditions.${i}`)),
  )
  return [...own, ...inner]
}

export function named(kind: DefinitionKind, key: string): string {
  return `${TABLES[kind].table === 'segments' ? 'segment' : 'computed trait'} ${key}`
}
