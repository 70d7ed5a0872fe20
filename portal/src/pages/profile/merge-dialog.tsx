import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { listProfiles } from '../../../../shared/contract/list-profiles.ts'
import type { mergeProfiles } from '../../../../shared/contract/merge-profiles.ts'
import type { ProfileDocument } from '../../../../shared/profile/document.ts'
import { ask } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Field } from '../../components/field.tsx'
import { Problem } from '../../components/states.tsx'
import { mainIdentifiers, nameOf } from '../../person.ts'
import { t } from '../../words/words.ts'

interface Props {
  readonly person: ProfileDocument
  readonly close: () => void
}

/** Says that two profiles are one person. It can be undone, so one choice is enough. */
export function MergeDialog({ person, close }: Props) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [q, setQ] = useState('')
  const people = useQuery({
    queryKey: ['profiles', 'merge', q],
    queryFn: ({ signal }) => ask<typeof listProfiles>('get', '/api/v1/profiles', { query: { q, limit: '6' } }, signal),
    enabled: q.trim() !== '',
    placeholderData: (before) => before,
  })
  const merge = useMutation({
    mutationFn: (other: string) =>
      ask<typeof mergeProfiles>('post', '/api/v1/profiles/{ref}/merge', {
        params: { ref: person.id },
        body: { with: other },
      }),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['profile'] })
      close()
      await navigate({ to: '/profiles/$ref', params: { ref: id }, search: { tab: 'identity' } })
    },
  })
  const others = people.data?.profiles.filter(({ id }) => id !== person.id) ?? []
  return (
    <Dialog title={t('person.mergeTitle', { name: nameOf(person) })} close={close}>
      <Field
        label={t('person.mergeWith')}
        value={q}
        onChange={({ target }) => setQ(target.value)}
        autoFocus
        hint={t('person.mergeHint')}
      />
      {people.isError ? <Problem fault={people.error} /> : null}
      {merge.isError ? <Problem fault={merge.error} /> : null}
      <ul className="mt-4 flex flex-col gap-1">
        {others.map((other) => (
          <li key={other.id} className="flex items-center justify-between gap-3 rounded-lg px-2 py-2 hover:bg-raised">
            <span className="min-w-0 text-sm">
              <span className="block truncate font-medium">{nameOf(other)}</span>
              <span className="block truncate text-muted">{mainIdentifiers(other)[0]?.value ?? other.id}</span>
            </span>
            <Button disabled={merge.isPending} onClick={() => merge.mutate(other.id)}>
              {t('person.merge')}
            </Button>
          </li>
        ))}
      </ul>
      {q.trim() !== '' && people.isSuccess && others.length === 0 ? (
        <p className="mt-4 text-sm text-muted">{t('people.noneFound')}</p>
      ) : null}
    </Dialog>
  )
}
