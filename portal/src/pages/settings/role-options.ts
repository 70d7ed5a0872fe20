import type { Role } from '../../../../shared/contract/roles.ts'
import { t } from '../../words/words.ts'

const ROLES: readonly Role[] = ['admin', 'operator', 'analyst']

export function roleOptions(): readonly { readonly value: Role; readonly label: string }[] {
  return ROLES.map((value) => ({ value, label: t(`role.${value}`) }))
}
