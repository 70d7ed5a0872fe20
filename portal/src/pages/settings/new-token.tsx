import type { createToken } from '../../../../shared/contract/create-token.ts'
import { ask, type Given } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { DocumentForm } from '../../form/document-form.tsx'
import { group, type NamedField, type Variant } from '../../form/field.ts'
import { queries } from '../../queries.ts'
import { t } from '../../words/words.ts'
import { roleOptions } from './role-options.ts'
import { SCOPE_NAMES } from './scope-names.ts'

const DAY = 86_400_000
const NEVER = 'never'
const LIVES = [7, 30, 90, 365] as const

interface Props {
  readonly close: () => void
  readonly made: (token: string) => void
}

const expires = (): NamedField => ({
  name: 'days',
  label: t('tokens.expires'),
  isRequired: true,
  field: {
    kind: 'choice',
    options: [
      { value: NEVER, label: t('tokens.never') },
      ...LIVES.map((days) => ({ value: String(days), label: t('tokens.days', { n: days }) })),
    ],
  },
})

function form() {
  const roles: readonly Variant[] = roleOptions().map(({ value, label }) => ({
    value,
    label,
    hint: t(`role.${value}.about`),
    fields: [],
  }))
  const scopes: Variant = {
    value: 'scopes',
    label: t('tokens.byScopes'),
    fields: [
      {
        name: 'scopes',
        label: t('tokens.scopes'),
        isRequired: true,
        field: { kind: 'choices', options: SCOPE_NAMES.map((value) => ({ value, label: value })) },
      },
    ],
  }
  return group(
    { name: 'name', label: t('tokens.name'), isRequired: true, field: { kind: 'text', look: 'line' } },
    expires(),
    {
      name: 'may',
      label: t('tokens.may'),
      isRequired: true,
      field: {
        kind: 'variants',
        by: 'as',
        byLabel: t('members.role'),
        variants: [...roles, scopes],
        default: { as: 'analyst' },
      },
    },
  )
}

export function NewToken({ close, made }: Props) {
  async function make(said: Readonly<Record<string, unknown>>) {
    const { name, days, may } = said as { name?: string; days?: string; may: { as: string; scopes?: string[] } }
    const given = may.as === 'scopes' ? { scopes: may.scopes } : { role: may.as }
    const expiresAt = days === NEVER ? null : new Date(Date.now() + Number(days) * DAY).toISOString()
    // The server judges what the form says.
    const body = { name, ...given, expiresAt } as Given<typeof createToken>['body']
    const { token } = await ask<typeof createToken>('post', '/api/v1/tokens', { body })
    await queries.invalidateQueries({ queryKey: ['tokens'] })
    made(token)
  }
  return (
    <Dialog title={t('tokens.add')} close={close}>
      <DocumentForm
        form={form()}
        value={{ days: NEVER, may: { as: 'analyst' } }}
        submitLabel={t('tokens.create')}
        submit={make}
        actions={<Button onClick={close}>{t('common.cancel')}</Button>}
      />
    </Dialog>
  )
}
