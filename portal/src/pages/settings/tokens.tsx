import { useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { listTokens } from '../../../../shared/contract/list-tokens.ts'
import { ask } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { Item, ItemList } from '../../components/item-list.tsx'
import { Tag } from '../../components/tag.tsx'
import { Time } from '../../components/time.tsx'
import { useLeaving } from '../../components/toast.tsx'
import { Listing } from '../../lists/listing.tsx'
import { PAGE_SIZE, useListed } from '../../lists/use-listed.ts'
import { may, sessionQuery } from '../../session.ts'
import { t } from '../../words/words.ts'
import { NewToken } from './new-token.tsx'
import { OnceDialog } from './once-dialog.tsx'
import { revokeTokenLater, type Token } from './settings-queries.ts'

/** What programs use the API with. The token itself is shown once, when it is made. */
export function Tokens() {
  const { data: session } = useSuspenseQuery(sessionQuery)
  const isMine = may(session, 'tokens:write')
  const [isMaking, setMaking] = useState(false)
  const [made, setMade] = useState<string>()
  const leaving = useLeaving()
  const { query, items } = useListed({
    queryKey: ['tokens'],
    page: (cursor, signal) =>
      ask<typeof listTokens>('get', '/api/v1/tokens', { query: { cursor, limit: PAGE_SIZE } }, signal),
    items: ({ tokens }) => tokens,
  })
  const shown = items.filter(({ id }) => !leaving.has(id))
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
        <p className="text-sm text-muted">{t('tokens.lead')}</p>
        {isMine ? (
          <Button look="main" onClick={() => setMaking(true)}>
            {t('tokens.add')}
          </Button>
        ) : null}
      </div>
      <Listing
        query={query}
        count={shown.length}
        shown={shown.length}
        none={{ title: t('tokens.none'), hint: t('tokens.noneHint') }}
      >
        <ItemList label={t('settings.tab.tokens')}>
          {shown.map((token) => (
            <TokenItem key={token.id} token={token} isMine={isMine} isMe={token.id === session.token.id} />
          ))}
        </ItemList>
      </Listing>
      {isMaking ? (
        <NewToken
          close={() => setMaking(false)}
          made={(text) => {
            setMaking(false)
            setMade(text)
          }}
        />
      ) : null}
      {made ? (
        <OnceDialog
          title={t('tokens.onceTitle')}
          hint={t('tokens.onceHint')}
          text={made}
          close={() => setMade(undefined)}
        />
      ) : null}
    </>
  )
}

interface ItemProps {
  readonly token: Token
  readonly isMine: boolean
  readonly isMe: boolean
}

function TokenItem({ token, isMine, isMe }: ItemProps) {
  const { id, name, role, scopes, expiresAt, createdAt } = token
  const isOver = expiresAt !== null && Date.parse(expiresAt) <= Date.now()
  return (
    <Item
      link={<span className="font-medium break-words">{name}</span>}
      tags={
        <>
          <Tag>{role ? t(`role.${role}`) : scopeWords(scopes)}</Tag>
          {isMe ? <Tag tone="accent">{t('members.you')}</Tag> : null}
          {isOver ? <Tag tone="bad">{t('tokens.expired')}</Tag> : null}
        </>
      }
      sub={id}
      health={
        <span className="text-muted" title={scopes.join(' ')}>
          {expiresAt ? (
            <>
              {t('tokens.until')} <Time at={expiresAt} />
            </>
          ) : (
            <>
              {t('tokens.made')} <Time at={createdAt} />
            </>
          )}
        </span>
      }
      actions={
        isMine && !isMe ? (
          <Button look="quiet" onClick={() => revokeTokenLater(token)}>
            {t('tokens.revoke')} <span className="sr-only">{name}</span>
          </Button>
        ) : null
      }
    />
  )
}

function scopeWords(scopes: readonly string[]): string {
  if (scopes.includes('*')) return t('tokens.everything')
  if (scopes.includes('*:workspace')) return t('tokens.all')
  return scopes.length === 1 ? (scopes[0] as string) : t('tokens.scopeCount', { n: scopes.length })
}
