import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { eraseProfile } from '../../../../shared/contract/erase-profile.ts'
import type { readErasure } from '../../../../shared/contract/read-erasure.ts'
import type { ProfileDocument } from '../../../../shared/profile/document.ts'
import { ask } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Loading, Problem } from '../../components/states.tsx'
import { nameOf } from '../../person.ts'
import { t } from '../../words/words.ts'

interface Props {
  readonly person: ProfileDocument
  readonly close: () => void
}

/** Forgetting a person cannot be undone: it is asked once, then every store is seen to forget. */
export function EraseDialog({ person, close }: Props) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [suppress, setSuppress] = useState(false)
  const erase = useMutation({
    mutationFn: () =>
      ask<typeof eraseProfile>('delete', '/api/v1/profiles/{ref}', {
        params: { ref: person.id },
        query: { mode: suppress ? 'suppress' : 'erase' },
      }),
  })
  // What the page still has of somebody who was forgotten goes with it.
  async function leave() {
    close()
    if (!erase.data) return
    await navigate({ to: '/profiles' })
    queries.removeQueries({ queryKey: ['profile'] })
    await queries.resetQueries({ queryKey: ['profiles'] })
  }
  return (
    <Dialog title={t('person.eraseTitle', { name: nameOf(person) })} close={() => void leave()}>
      {erase.data ? (
        <Receipt id={erase.data.erasureId} />
      ) : (
        <>
          <p className="text-sm">{t('person.eraseHint')}</p>
          <label className="mt-4 flex items-start gap-2.5 text-sm">
            <input
              type="checkbox"
              checked={suppress}
              onChange={({ target }) => setSuppress(target.checked)}
              className="mt-0.5 size-4 accent-accent"
            />
            {t('person.suppress')}
          </label>
          {erase.isError ? <Problem fault={erase.error} /> : null}
          <div className="mt-6 flex justify-end gap-2">
            <Button onClick={close}>{t('common.cancel')}</Button>
            <Button look="danger" disabled={erase.isPending} onClick={() => erase.mutate()}>
              {t('person.eraseNow')}
            </Button>
          </div>
        </>
      )}
    </Dialog>
  )
}

function Receipt({ id }: { readonly id: string }) {
  const receipt = useQuery({
    queryKey: ['erasure', id],
    queryFn: ({ signal }) => ask<typeof readErasure>('get', '/api/v1/erasures/{id}', { params: { id } }, signal),
    refetchInterval: ({ state }) => (state.data?.state === 'closed' ? false : 1_000),
  })
  if (receipt.isPending) return <Loading />
  if (receipt.isError) return <Problem fault={receipt.error} retry={() => void receipt.refetch()} />
  const { stores, state } = receipt.data
  const done = stores.filter((one) => one.state === 'done').length
  return (
    <div className="text-sm">
      <p role="status" className="mb-3 font-medium">
        {state === 'closed' ? t('person.erased') : t('person.erasing', { done, all: stores.length })}
      </p>
      <progress
        value={done}
        max={stores.length}
        className="mb-4 h-1.5 w-full accent-accent"
        aria-label={t('person.erase')}
      />
      <ul>
        {stores.map(({ store, state: its, removed }) => (
          <li key={store} className="flex justify-between gap-4 border-b border-line py-1.5 last:border-0">
            <span>{store.replace('_', ' ')}</span>
            <span className={its === 'done' ? 'text-good' : 'text-muted'}>
              {its === 'done' ? t('person.forgot', { n: removed }) : t('person.forgetting')}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
