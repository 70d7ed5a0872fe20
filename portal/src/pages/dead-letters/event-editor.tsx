import type { updateDeadLetter } from '../../../../shared/contract/update-dead-letter.ts'
import { ask, type Given } from '../../api.ts'
import { toast } from '../../components/toasts.ts'
import { DocumentForm } from '../../form/document-form.tsx'
import { group } from '../../form/field.ts'
import { t } from '../../words/words.ts'
import { letAgain } from './letter-queries.ts'

interface Props {
  readonly id: string
  readonly event: Readonly<Record<string, unknown>>
}

/** The event as a client would send it, to be mended before it is sent again; what is wrong is said with its path. */
export function EventEditor({ id, event }: Props) {
  const form = group({
    name: 'event',
    label: t('letters.event.one'),
    hint: t('letters.mendHint'),
    isRequired: true,
    field: { kind: 'json' },
  })
  async function save(value: Readonly<Record<string, unknown>>) {
    // What the editor holds may be any JSON; the server says when it is no event.
    const body = value as Given<typeof updateDeadLetter>['body']
    await ask<typeof updateDeadLetter>('put', '/api/v1/dead-letters/{id}', { params: { id }, body })
    toast(t('letters.mended'))
    await letAgain()
  }
  return <DocumentForm form={form} value={{ event }} submitLabel={t('letters.mend')} submit={save} />
}
