import { z } from 'zod'
import { defineContract } from './contract.ts'
import { MemberDocument } from './member-document.ts'
import { CursorParameter, LimitParameter } from './query.ts'

export const listMembers = defineContract({
  name: 'listMembers',
  method: 'get',
  path: '/api/v1/members',
  group: 'Operations',
  scope: 'members:read',
  summary: 'The people of the workspace, oldest first',
  query: z.object({ cursor: CursorParameter, limit: LimitParameter }),
  reply: z.object({ members: z.array(MemberDocument), cursor: z.string().nullable() }),
  failures: [],
})
