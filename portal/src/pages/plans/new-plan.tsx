import { useNavigate } from '@tanstack/react-router'
import type { createTrackingPlan } from '../../../../shared/contract/create-tracking-plan.ts'
import { ask } from '../../api.ts'
import { Dialog } from '../../components/dialog.tsx'
import { DocumentForm } from '../../form/document-form.tsx'
import { group } from '../../form/field.ts'
import { queries } from '../../queries.ts'
import { t } from '../../words/words.ts'

/** A plan without events, which observes: they are added to it afterwards. */
export function NewPlan({ close }: { readonly close: () => void }) {
  const navigate = useNavigate()
  const form = group({ name: 'name', label: t('lists.name'), isRequired: true, field: { kind: 'text', look: 'line' } })
  async function create({ name }: Readonly<Record<string, unknown>>) {
    const body = { name: String(name), events: [] }
    const { id } = await ask<typeof createTrackingPlan>('post', '/api/v1/tracking-plans', { body })
    await queries.invalidateQueries({ queryKey: ['plans'] })
    close()
    await navigate({ to: '/plans/$id', params: { id }, search: { tab: 'events' } })
  }
  return (
    <Dialog title={t('plans.new')} close={close}>
      <DocumentForm form={form} value={{}} submitLabel={t('plans.create')} submit={create} />
    </Dialog>
  )
}
