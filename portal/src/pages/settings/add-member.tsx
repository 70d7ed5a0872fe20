import type { createMember } from '../../../../shared/contract/create-member.ts'
import { ask, type Given } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { toast } from '../../components/toasts.ts'
import { DocumentForm } from '../../form/document-form.tsx'
import { group } from '../../form/field.ts'
import { queries } from '../../queries.ts'
import { t } from '../../words/words.ts'
import { roleOptions } from './role-options.ts'

const form = () =>
  group(
    { name: 'email', label: t('members.email'), isRequired: true, field: { kind: 'text', look: 'line' } },
    { name: 'name', label: t('members.name'), isRequired: false, field: { kind: 'text', look: 'line' } },
    { name: 'role', label: t('members.role'), isRequired: true, field: { kind: 'choice', options: roleOptions() } },
  )

export function AddMember({ close }: { readonly close: () => void }) {
  async function add(said: Readonly<Record<string, unknown>>) {
    // The server judges what the form says.
    const body = said as Given<typeof createMember>['body']
    const { name } = await ask<typeof createMember>('post', '/api/v1/members', { body })
    await queries.invalidateQueries({ queryKey: ['members'] })
    toast(t('members.added', { name }))
    close()
  }
  return (
    <Dialog title={t('members.add')} close={close}>
      <DocumentForm
        form={form()}
        value={{ role: 'analyst' }}
        submitLabel={t('members.add')}
        submit={add}
        actions={<Button onClick={close}>{t('common.cancel')}</Button>}
      />
    </Dialog>
  )
}
