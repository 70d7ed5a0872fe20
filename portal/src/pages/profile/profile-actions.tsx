import { useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ProfileDocument } from '../../../../shared/profile/document.ts'
import { Button, buttonLook } from '../../components/button.tsx'
import { may, sessionQuery } from '../../session.ts'
import { t } from '../../words/words.ts'
import { EraseDialog } from './erase-dialog.tsx'
import { MergeDialog } from './merge-dialog.tsx'

export function ProfileActions({ person }: { readonly person: ProfileDocument }) {
  const { data: session } = useSuspenseQuery(sessionQuery)
  const [open, setOpen] = useState<'merge' | 'erase'>()
  const close = () => setOpen(undefined)
  return (
    <>
      {session.masked ? null : (
        <a
          href={`/api/v1/profiles/${encodeURIComponent(person.id)}/export`}
          download={`${person.id}.json`}
          className={buttonLook()}
        >
          {t('person.export')}
        </a>
      )}
      {may(session, 'profiles:write') ? <Button onClick={() => setOpen('merge')}>{t('person.merge')}</Button> : null}
      {may(session, 'profiles:erase') ? (
        <Button look="danger" onClick={() => setOpen('erase')}>
          {t('person.erase')}
        </Button>
      ) : null}
      {open === 'merge' ? <MergeDialog person={person} close={close} /> : null}
      {open === 'erase' ? <EraseDialog person={person} close={close} /> : null}
    </>
  )
}
