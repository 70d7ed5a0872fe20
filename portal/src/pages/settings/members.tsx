import { useMutation, useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { createSignInLink } from '../../../../shared/contract/create-sign-in-link.ts'
import type { listMembers } from '../../../../shared/contract/list-members.ts'
import type { Role } from '../../../../shared/contract/roles.ts'
import { ask } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { Select } from '../../components/field.tsx'
import { Item, ItemList } from '../../components/item-list.tsx'
import { Tag } from '../../components/tag.tsx'
import { Time } from '../../components/time.tsx'
import { useLeaving } from '../../components/toast.tsx'
import { toast } from '../../components/toasts.ts'
import { Listing } from '../../lists/listing.tsx'
import { tellFault } from '../../lists/tell-fault.ts'
import { PAGE_SIZE, useListed } from '../../lists/use-listed.ts'
import { may, sessionQuery } from '../../session.ts'
import { language, t } from '../../words/words.ts'
import { AddMember } from './add-member.tsx'
import { OnceDialog } from './once-dialog.tsx'
import { roleOptions } from './role-options.ts'
import { changeMember, type Member, removeMemberLater } from './settings-queries.ts'

/** The people of the workspace, what they may, and how they come in. */
export function Members() {
  const { data: session } = useSuspenseQuery(sessionQuery)
  const isMine = may(session, 'members:write')
  const [isAdding, setAdding] = useState(false)
  const leaving = useLeaving()
  const { query, items } = useListed({
    queryKey: ['members'],
    page: (cursor, signal) =>
      ask<typeof listMembers>('get', '/api/v1/members', { query: { cursor, limit: PAGE_SIZE } }, signal),
    items: ({ members }) => members,
  })
  const shown = items.filter(({ id }) => !leaving.has(id))
  const add = isMine ? (
    <Button look="main" onClick={() => setAdding(true)}>
      {t('members.add')}
    </Button>
  ) : null
  return (
    <>
      <div className="mb-4 flex justify-end">{add}</div>
      <Listing
        query={query}
        count={shown.length}
        shown={shown.length}
        none={{ title: t('members.none'), hint: t('members.noneHint') }}
      >
        <ItemList label={t('settings.tab.members')}>
          {shown.map((member) => (
            <MemberItem key={member.id} member={member} isMine={isMine} isMe={member.id === session.member?.id} />
          ))}
        </ItemList>
      </Listing>
      <Roles />
      {isAdding ? <AddMember close={() => setAdding(false)} /> : null}
    </>
  )
}

interface ItemProps {
  readonly member: Member
  readonly isMine: boolean
  readonly isMe: boolean
}

function MemberItem({ member, isMine, isMe }: ItemProps) {
  const { id, name, email, role, state, signedInAt } = member
  const link = useMutation({
    mutationFn: () =>
      ask<typeof createSignInLink>('post', '/api/v1/members/{memberId}/sign-in-link', { params: { memberId: id } }),
    onError: tellFault,
  })
  return (
    <Item
      link={<span className="font-medium break-words">{name}</span>}
      tags={
        <>
          {isMe ? <Tag tone="accent">{t('members.you')}</Tag> : null}
          {state === 'invited' ? <Tag tone="warn">{t('members.invited')}</Tag> : null}
          {isMine ? null : <Tag>{t(`role.${role}`)}</Tag>}
        </>
      }
      sub={email}
      health={
        signedInAt ? (
          <span className="text-muted">
            {t('members.lastSeen')} <Time at={signedInAt} as="ago" />
          </span>
        ) : null
      }
      actions={
        isMine ? (
          <div className="flex flex-wrap items-center gap-2">
            <RoleSelect member={member} />
            <Button disabled={link.isPending} onClick={() => link.mutate()}>
              {t('members.link')} <span className="sr-only">{name}</span>
            </Button>
            <Button look="quiet" onClick={() => removeMemberLater(member)}>
              {t('members.remove')} <span className="sr-only">{name}</span>
            </Button>
            {link.data ? (
              <OnceDialog
                title={t('members.linkTitle', { name })}
                hint={t('members.linkHint', { name, until: written(link.data.expiresAt) })}
                text={link.data.url}
                close={() => link.reset()}
              />
            ) : null}
          </div>
        ) : null
      }
    />
  )
}

/** In force with the member's next call; what was done can be taken back. */
function RoleSelect({ member: { id, name, role } }: { readonly member: Member }) {
  const change = useMutation({
    mutationFn: (next: Role) => changeMember(id, { role: next }),
    onSuccess: (_, next) =>
      toast(t('members.roleChanged', { name, role: t(`role.${next}`) }), () => change.mutate(role)),
    onError: tellFault,
  })
  return (
    <Select
      label={t('members.roleOf', { name })}
      value={change.isPending ? change.variables : role}
      disabled={change.isPending}
      onChange={({ target }) => change.mutate(target.value as Role)}
      options={roleOptions()}
    />
  )
}

function Roles() {
  return (
    <dl className="mt-8 grid gap-x-6 gap-y-3 text-sm sm:grid-cols-[auto_1fr]">
      {roleOptions().map(({ value, label }) => (
        <div key={value} className="contents">
          <dt className="font-medium">{label}</dt>
          <dd className="text-muted">{t(`role.${value}.about`)}</dd>
        </div>
      ))}
    </dl>
  )
}

function written(at: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at))
}
