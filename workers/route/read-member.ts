import { readMember } from '../../shared/contract/read-member.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { memberDocument, memberRow, NO_MEMBER } from './member-row.ts'

export const readMemberRoute = serve(readMember, async ({ params }, call) => {
  const row = await memberRow(call, params.memberId)
  return row ? ok(memberDocument(row)) : err(NO_MEMBER)
})
