import type { MemberDocument } from '../../shared/contract/member-document.ts'
import { ROLES, Role } from '../../shared/contract/roles.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import type { Call } from '../http/serve.ts'

export interface MemberRow {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly role: string
  readonly created_at: number
  readonly signed_in_at: number | null
}

export const MEMBER_COLUMNS = 'id, email, name, role, created_at, signed_in_at'

export const NO_MEMBER = failure('not_found', 'there is no such member')
export const LAST_ADMIN = failure('conflict', 'this is the last admin: make somebody else one first')

/** SQL that holds when, without the member ?2 of workspace ?1, another admin is left. */
export const ANOTHER_ADMIN = `EXISTS (SELECT 1 FROM members WHERE workspace = ?1 AND id <> ?2 AND role = 'admin')`

export function memberRow({ env, workspace }: Pick<Call, 'env' | 'workspace'>, id: string): Promise<MemberRow | null> {
  return env.DB.prepare(`SELECT ${MEMBER_COLUMNS} FROM members WHERE workspace = ? AND id = ?`)
    .bind(workspace, id)
    .first<MemberRow>()
}

export function memberDocument({ id, email, name, role, created_at, signed_in_at }: MemberRow): MemberDocument {
  return {
    id,
    email,
    name,
    role: Role.parse(role),
    state: signed_in_at === null ? 'invited' : 'active',
    createdAt: toIso(created_at),
    signedInAt: signed_in_at === null ? null : toIso(signed_in_at),
  }
}

/** What a member holds, to be compared with what the caller may hand out. */
export function scopesOfMember({ role }: Pick<MemberRow, 'role'>): readonly string[] {
  return ROLES[Role.parse(role)].scopes
}
