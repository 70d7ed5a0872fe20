import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import type { deleteOidc } from '../../../../shared/contract/delete-oidc.ts'
import type { readOidc } from '../../../../shared/contract/read-oidc.ts'
import type { setOidc } from '../../../../shared/contract/set-oidc.ts'
import { ApiError, ask, type Given, type ReplyOf } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { CopyButton } from '../../components/copy.tsx'
import { Panel } from '../../components/panel.tsx'
import { Empty, Loading, Problem } from '../../components/states.tsx'
import { useLeaving } from '../../components/toast.tsx'
import { later, toast } from '../../components/toasts.ts'
import { DocumentForm } from '../../form/document-form.tsx'
import { type Field, group } from '../../form/field.ts'
import { queries } from '../../queries.ts'
import { may, sessionQuery } from '../../session.ts'
import { t } from '../../words/words.ts'
import { roleOptions } from './role-options.ts'
import { oidcQuery } from './settings-queries.ts'

type Provider = ReplyOf<typeof readOidc>
/** In the list of what is being deleted; a workspace has one. */
const ID = 'oidc'

/** Where members sign in, besides tokens and links. */
export function SingleSignOn() {
  const { data: session } = useSuspenseQuery(sessionQuery)
  const found = useQuery(oidcQuery)
  const isLeaving = useLeaving().has(ID)
  if (found.isPending) return <Loading />
  if (found.isError) return <Problem fault={found.error} retry={() => void found.refetch()} />
  const provider = isLeaving ? null : found.data
  if (!may(session, 'members:write')) return <Told provider={provider} />
  return (
    <Panel title={t('settings.tab.signIn')} actions={provider ? <Off /> : null}>
      <p className="mb-6 max-w-prose text-sm text-muted">{t('oidc.lead')}</p>
      <Addresses
        redirectUri={provider?.redirectUri ?? `${location.origin}/sign-in/oidc/callback`}
        provider={provider}
      />
      <DocumentForm
        key={provider?.updatedAt ?? 'new'}
        form={form(provider)}
        value={provider ? { ...provider, domains: rowsOf(provider.domains) } : { domains: [] }}
        submitLabel={t('oidc.save')}
        submit={save}
      />
    </Panel>
  )
}

function Told({ provider }: { readonly provider: Provider | null }) {
  if (!provider) return <Empty title={t('oidc.none')}>{t('settings.readOnly')}</Empty>
  return (
    <Panel title={provider.label}>
      <p className="mb-4 rounded-lg bg-raised px-4 py-3 text-sm">{t('settings.readOnly')}</p>
      <p className="font-mono text-sm break-all">{provider.issuer}</p>
    </Panel>
  )
}

function Off() {
  return (
    <Button
      look="quiet"
      onClick={() =>
        later({
          id: ID,
          text: t('oidc.removed'),
          act: async () => {
            await ask<typeof deleteOidc>('delete', '/api/v1/oidc', {})
            queries.setQueryData(oidcQuery.queryKey, null)
          },
        })
      }
    >
      {t('oidc.remove')}
    </Button>
  )
}

function Addresses({ redirectUri, provider }: { readonly redirectUri: string; readonly provider: Provider | null }) {
  return (
    <div className="mb-8 flex flex-col gap-4 rounded-lg bg-raised p-4 text-sm">
      <Address label={t('oidc.redirect')} text={redirectUri} />
      {provider ? <Address label={t('oidc.signInUrl')} text={provider.signInUrl} /> : null}
    </div>
  )
}

function Address({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <div className="min-w-0">
        <p className="text-muted">{label}</p>
        <p className="font-mono text-xs break-all">{text}</p>
      </div>
      <CopyButton text={text} />
    </div>
  )
}

function form(provider: Provider | null): Field & { readonly kind: 'group' } {
  const kept = provider?.hasClientSecret ? { kept: { last4: '' } } : {}
  return group(
    { name: 'label', label: t('oidc.label'), hint: t('oidc.labelHint'), isRequired: true, field: LINE },
    { name: 'issuer', label: t('oidc.issuer'), hint: t('oidc.issuerHint'), isRequired: true, field: LINE },
    { name: 'clientId', label: t('oidc.clientId'), isRequired: true, field: LINE },
    {
      name: 'clientSecret',
      label: t('oidc.clientSecret'),
      hint: t('oidc.clientSecretHint'),
      isRequired: false,
      field: { kind: 'secret', ...kept },
    },
    {
      name: 'domains',
      label: t('oidc.domains'),
      hint: t('oidc.domainsHint'),
      isRequired: false,
      field: {
        kind: 'list',
        look: 'rows',
        isOrdered: false,
        item: group(
          { name: 'domain', label: t('oidc.domain'), isRequired: true, field: LINE },
          {
            name: 'role',
            label: t('members.role'),
            isRequired: true,
            field: { kind: 'choice', options: roleOptions(), default: 'analyst' },
          },
        ),
      },
    },
  )
}

const LINE: Field = { kind: 'text', look: 'line' }

interface DomainRow {
  readonly domain?: string
  readonly role?: string
}

function rowsOf(domains: Provider['domains']): readonly DomainRow[] {
  return Object.entries(domains).map(([domain, role]) => ({ domain, role }))
}

async function save(said: Readonly<Record<string, unknown>>): Promise<void> {
  const { domains: rows = [], ...rest } = said as { domains?: readonly DomainRow[] }
  const domains = Object.fromEntries(rows.map(({ domain = '', role }) => [domain, role]))
  // The server judges what the form says.
  const body = { ...rest, domains } as Given<typeof setOidc>['body']
  try {
    const provider = await ask<typeof setOidc>('put', '/api/v1/oidc', { body })
    queries.setQueryData(oidcQuery.queryKey, provider)
    toast(t('oidc.saved', { label: provider.label }))
  } catch (fault) {
    throw fault instanceof ApiError ? atRows(fault, rows) : fault
  }
}

/** What the server says of a domain stands at its row. */
function atRows(fault: ApiError, rows: readonly DomainRow[]): ApiError {
  const errors = fault.errors.map(({ path, message }) => {
    const at = rows.findIndex(({ domain }) => path === `domains.${domain}`)
    return { path: at === -1 ? path : `domains.${at}.domain`, message }
  })
  return new ApiError(fault.status, fault.message, errors, fault.requestId)
}
