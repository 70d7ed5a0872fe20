import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ApiError } from '../../api.ts'
import { Panel } from '../../components/panel.tsx'
import { Loading, Problem } from '../../components/states.tsx'
import { toast } from '../../components/toasts.ts'
import { DocumentForm } from '../../form/document-form.tsx'
import type { Field } from '../../form/field.ts'
import { may, sessionQuery } from '../../session.ts'
import { t } from '../../words/words.ts'
import { changeWorkspace, type Workspace, type WorkspaceChange, workspaceQuery } from './settings-queries.ts'

interface Props {
  readonly title: string
  readonly lead: ReactNode
  readonly form: (workspace: Workspace) => Field & { readonly kind: 'group' }
  /** What the form begins with. */
  readonly value: (workspace: Workspace) => Readonly<Record<string, unknown>>
  /** What of the settings has to change. */
  readonly change: (said: Readonly<Record<string, unknown>>, workspace: Workspace) => Readonly<Record<string, unknown>>
  /** A path of the server's as the form knows it. */
  readonly pathOf?: (path: string, said: Readonly<Record<string, unknown>>) => string
  readonly saved?: (answer: Awaited<ReturnType<typeof changeWorkspace>>) => string
}

/** A part of the workspace's settings as a form; who may not change them reads them. */
export function WorkspaceForm({ title, lead, form, value, change, pathOf, saved = () => t('form.saved') }: Props) {
  const { data: session } = useSuspenseQuery(sessionQuery)
  const workspace = useQuery(workspaceQuery)
  if (workspace.isPending) return <Loading />
  if (workspace.isError) return <Problem fault={workspace.error} retry={() => void workspace.refetch()} />
  const isMine = may(session, 'workspace:write')
  async function save(said: Readonly<Record<string, unknown>>, now: Workspace) {
    try {
      // The form is made of what the operation takes, and the server judges.
      toast(saved(await changeWorkspace(change(said, now) as WorkspaceChange)))
    } catch (fault) {
      throw fault instanceof ApiError && pathOf ? renamed(fault, (path) => pathOf(path, said)) : fault
    }
  }
  return (
    <Panel title={title}>
      <p className="mb-6 max-w-prose text-sm text-muted">{lead}</p>
      {isMine ? null : <p className="mb-6 rounded-lg bg-raised px-4 py-3 text-sm">{t('settings.readOnly')}</p>}
      <fieldset disabled={!isMine} className={`min-w-0 ${isMine ? '' : '[&_button]:hidden'}`}>
        <legend className="sr-only">{title}</legend>
        <DocumentForm
          key={workspace.data.version}
          form={form(workspace.data)}
          value={value(workspace.data)}
          submitLabel={t('form.save')}
          submit={(said) => save(said, workspace.data)}
        />
      </fieldset>
    </Panel>
  )
}

function renamed(fault: ApiError, name: (path: string) => string): ApiError {
  const errors = fault.errors.map(({ path, message }) => ({ path: name(path), message }))
  return new ApiError(fault.status, fault.message, errors, fault.requestId)
}
