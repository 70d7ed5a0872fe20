import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { unmergeProfile } from '../../../../shared/contract/unmerge-profile.ts'
import type { MergeDocument, ProfileDocument } from '../../../../shared/profile/document.ts'
import { ask } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Loading, Problem } from '../../components/states.tsx'
import { eventCount, nameOf } from '../../person.ts'
import { t } from '../../words/words.ts'

interface Props {
  readonly person: ProfileDocument
  readonly merge: MergeDocument
  readonly close: () => void
}

/** Shows the two people that undoing a merge would give, before it is done. */
export function UnmergeDialog({ person, merge: { mergeId }, close }: Props) {
  const queries = useQueryClient()
  const params = { ref: person.id }
  const path = '/api/v1/profiles/{ref}/unmerge'
  const preview = useQuery({
    queryKey: ['profile', person.id, 'unmerge', mergeId],
    queryFn: () => ask<typeof unmergeProfile>('post', path, { params, body: { mergeId, preview: true } }),
    gcTime: 0,
  })
  const undo = useMutation({
    mutationFn: () => ask<typeof unmergeProfile>('post', path, { params, body: { mergeId } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['profile'] })
      close()
    },
  })
  return (
    <Dialog title={t('person.undoTitle')} close={close}>
      {preview.isPending ? <Loading /> : null}
      {preview.isError ? <Problem fault={preview.error} /> : null}
      {preview.data ? (
        <div className="grid gap-4 sm:grid-cols-2">
          <Half label={t('person.stays')} person={preview.data.left} />
          <Half label={t('person.movesOut')} person={preview.data.right} />
        </div>
      ) : null}
      {undo.isError ? <Problem fault={undo.error} /> : null}
      <div className="mt-6 flex justify-end gap-2">
        <Button onClick={close}>{t('common.cancel')}</Button>
        <Button look="main" disabled={!preview.data || undo.isPending} onClick={() => undo.mutate()}>
          {t('person.undo')}
        </Button>
      </div>
    </Dialog>
  )
}

function Half({ label, person }: { readonly label: string; readonly person: ProfileDocument }) {
  return (
    <div className="min-w-0 rounded-lg bg-raised p-4 text-sm">
      <p className="text-muted">{label}</p>
      <p className="mt-1 truncate font-medium">{nameOf(person)}</p>
      <p className="tabular-nums">{t('person.events', { n: eventCount(person) })}</p>
      <ul className="mt-2 text-xs break-all text-muted">
        {person.identifiers.map(({ type, value }) => (
          <li key={`${type}:${value}`}>
            {type} {value}
          </li>
        ))}
      </ul>
    </div>
  )
}
