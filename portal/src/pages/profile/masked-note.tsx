import { useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { unmaskProfile } from '../../../../shared/contract/unmask-profile.ts'
import type { ProfileDocument } from '../../../../shared/profile/document.ts'
import { ask } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { DocumentForm } from '../../form/document-form.tsx'
import { group } from '../../form/field.ts'
import { sessionQuery } from '../../session.ts'
import { t } from '../../words/words.ts'

interface Props {
  readonly person: ProfileDocument
  readonly isUnmasked: boolean
  readonly unmask: (person: ProfileDocument | undefined) => void
}

/** For who sees personal values masked: that it is so, and the way to see this one person, which is written down. */
export function MaskedNote({ person, isUnmasked, unmask }: Props) {
  const { data: session } = useSuspenseQuery(sessionQuery)
  const [isAsking, setAsking] = useState(false)
  if (!session.masked) return null
  return (
    <div
      role="status"
      className={`mb-6 flex flex-wrap items-center justify-between gap-x-6 gap-y-3 rounded-xl px-5 py-3.5 text-sm ${isUnmasked ? 'bg-warn-tint text-warn' : 'bg-raised'}`}
    >
      <p>{isUnmasked ? t('masked.shown') : t('masked.hint')}</p>
      {isUnmasked ? (
        <Button onClick={() => unmask(undefined)}>{t('masked.hide')}</Button>
      ) : session.mayUnmask ? (
        <Button onClick={() => setAsking(true)}>{t('masked.unmask')}</Button>
      ) : null}
      {isAsking ? (
        <AskReason
          id={person.id}
          close={() => setAsking(false)}
          shown={(found) => {
            setAsking(false)
            unmask(found)
          }}
        />
      ) : null}
    </div>
  )
}

const REASON = () =>
  group({
    name: 'reason',
    label: t('masked.why'),
    hint: t('masked.whyHint'),
    isRequired: true,
    field: { kind: 'text', look: 'line' },
  })

interface AskProps {
  readonly id: string
  readonly close: () => void
  readonly shown: (person: ProfileDocument) => void
}

function AskReason({ id, close, shown }: AskProps) {
  async function look({ reason = '' }: { readonly reason?: unknown }) {
    const body = { reason: String(reason) }
    shown(await ask<typeof unmaskProfile>('post', '/api/v1/profiles/{ref}/unmask', { params: { ref: id }, body }))
  }
  return (
    <Dialog title={t('masked.title')} close={close}>
      <DocumentForm
        form={REASON()}
        value={{}}
        submitLabel={t('masked.show')}
        submit={look}
        actions={<Button onClick={close}>{t('common.cancel')}</Button>}
      />
    </Dialog>
  )
}
