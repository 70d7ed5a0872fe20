import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId } from 'react'
import type { createSource } from '../../../../shared/contract/create-source.ts'
import { ApiError, ask } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { CopyButton } from '../../components/copy.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Field, inputLook } from '../../components/field.tsx'
import { Problem } from '../../components/states.tsx'
import { t } from '../../words/words.ts'

const KINDS = ['web', 'mobile', 'server'] as const
type Kind = (typeof KINDS)[number]

interface Props {
  readonly close: () => void
  readonly made: (id: string) => void
}

/** A source of a server has a secret, which is shown here and never again. */
export function NewSource({ close, made }: Props) {
  const queries = useQueryClient()
  const kind = useId()
  const create = useMutation({
    mutationFn: (body: { name: string; kind: Kind }) => ask<typeof createSource>('post', '/api/v1/sources', { body }),
    onSuccess: async ({ id, secretKey }) => {
      await queries.invalidateQueries({ queryKey: ['sources'] })
      made(id)
      if (!secretKey) close()
    },
  })
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    create.mutate({ name: String(form.get('name')), kind: form.get('kind') as Kind })
  }
  const fields = create.error instanceof ApiError ? create.error.errors : []
  const name = fields.find(({ path }) => path === 'name')
  if (create.data?.secretKey)
    return (
      <Dialog title={t('start.secretTitle')} close={close}>
        <p className="mb-4 text-sm">{t('start.secretHint')}</p>
        <dl className="mb-5 grid gap-y-2 font-mono text-xs break-all">
          <dt className="font-sans text-sm text-muted">App key</dt>
          <dd>{create.data.appKey}</dd>
          <dt className="font-sans text-sm text-muted">Secret key</dt>
          <dd>{create.data.secretKey}</dd>
        </dl>
        <CopyButton text={create.data.secretKey} label={t('start.copySecret')} />
      </Dialog>
    )
  return (
    <Dialog title={t('start.newSource')} close={close}>
      <form onSubmit={submit} className="flex flex-col gap-5">
        <Field label={t('start.name')} name="name" required autoFocus maxLength={200} problem={name?.message} />
        <div>
          <label htmlFor={kind} className="mb-1.5 block text-sm font-medium">
            {t('start.kind')}
          </label>
          <select id={kind} name="kind" className={`${inputLook} w-full`}>
            {KINDS.map((one) => (
              <option key={one} value={one}>
                {t(`start.kind.${one}`)}
              </option>
            ))}
          </select>
        </div>
        {create.isError && !name ? <Problem fault={create.error} /> : null}
        <div className="flex justify-end gap-2">
          <Button onClick={close}>{t('common.cancel')}</Button>
          <Button type="submit" look="main" disabled={create.isPending}>
            {t('start.create')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
