import { queryOptions } from '@tanstack/react-query'
import type { deleteMember } from '../../../../shared/contract/delete-member.ts'
import type { deleteToken } from '../../../../shared/contract/delete-token.ts'
import type { listMembers } from '../../../../shared/contract/list-members.ts'
import type { listTokens } from '../../../../shared/contract/list-tokens.ts'
import type { readOidc } from '../../../../shared/contract/read-oidc.ts'
import type { readWorkspace } from '../../../../shared/contract/read-workspace.ts'
import type { updateMember } from '../../../../shared/contract/update-member.ts'
import type { updateWorkspace } from '../../../../shared/contract/update-workspace.ts'
import { ApiError, ask, type Given, type ReplyOf } from '../../api.ts'
import { later } from '../../components/toasts.ts'
import { queries } from '../../queries.ts'
import { t } from '../../words/words.ts'

export type Member = ReplyOf<typeof listMembers>['members'][number]
export type Token = ReplyOf<typeof listTokens>['tokens'][number]
export type Workspace = ReplyOf<typeof readWorkspace>
export type WorkspaceChange = Given<typeof updateWorkspace>['body']

export const workspaceQuery = queryOptions({
  queryKey: ['workspace'],
  queryFn: ({ signal }) => ask<typeof readWorkspace>('get', '/api/v1/workspace', {}, signal),
})

/** Null: nobody signs in with a provider. */
export const oidcQuery = queryOptions({
  queryKey: ['oidc'],
  queryFn: async ({ signal }) => {
    try {
      return await ask<typeof readOidc>('get', '/api/v1/oidc', {}, signal)
    } catch (fault) {
      if (fault instanceof ApiError && fault.status === 404) return null
      throw fault
    }
  },
})

export async function changeWorkspace(body: WorkspaceChange) {
  const changed = await ask<typeof updateWorkspace>('patch', '/api/v1/workspace', { body })
  queries.setQueryData(workspaceQuery.queryKey, changed)
  return changed
}

export async function changeMember(memberId: string, body: Given<typeof updateMember>['body']) {
  await ask<typeof updateMember>('put', '/api/v1/members/{memberId}', { params: { memberId }, body })
  await queries.invalidateQueries({ queryKey: ['members'] })
}

export function removeMemberLater({ id, name }: Member): void {
  later({
    id,
    text: t('members.removed', { name }),
    act: async () => {
      try {
        await ask<typeof deleteMember>('delete', '/api/v1/members/{memberId}', { params: { memberId: id } })
      } finally {
        await queries.invalidateQueries({ queryKey: ['members'] })
      }
    },
  })
}

export function revokeTokenLater({ id, name }: Token): void {
  later({
    id,
    text: t('tokens.revoked', { name }),
    act: async () => {
      try {
        await ask<typeof deleteToken>('delete', '/api/v1/tokens/{tokenId}', { params: { tokenId: id } })
      } finally {
        await queries.invalidateQueries({ queryKey: ['tokens'] })
      }
    },
  })
}
