import { useState } from 'react'
import type { previewDestination } from '../../../../shared/contract/preview-destination.ts'
import { ask, type ReplyOf } from '../../api.ts'
import { CopyButton } from '../../components/copy.tsx'
import { Json } from '../../components/json.tsx'
import { Panel } from '../../components/panel.tsx'
import { Tag } from '../../components/tag.tsx'
import { DocumentForm } from '../../form/document-form.tsx'
import { type Field, group } from '../../form/field.ts'
import { useEventField } from '../../lists/recent-events.ts'
import { t } from '../../words/words.ts'

type Preview = ReplyOf<typeof previewDestination>
const LINE: Field = { kind: 'text', look: 'line' }

/** The exact request that an event would become, sent to nobody. */
export function DryRun({ id }: { readonly id: string }) {
  const [preview, setPreview] = useState<Preview>()
  const messageId = useEventField(t('destinations.messageHint'), true)
  const form = group(
    {
      name: 'profile',
      label: t('destinations.whose'),
      hint: t('destinations.whoseHint'),
      isRequired: false,
      field: LINE,
    },
    messageId,
  )
  async function run(body: Readonly<Record<string, unknown>>) {
    setPreview(undefined)
    const found = await ask<typeof previewDestination>('post', '/api/v1/destinations/{destinationId}/preview', {
      params: { destinationId: id },
      body,
    })
    setPreview(found)
  }
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[20rem_1fr]">
      <Panel title={t('destinations.dryRun')}>
        <p className="mb-5 text-sm text-muted">{t('destinations.dryRunHint')}</p>
        <DocumentForm form={form} value={{}} submitLabel={t('destinations.run')} submit={run} />
      </Panel>
      <div aria-live="polite" className="min-w-0">
        {preview ? <Shown preview={preview} /> : null}
      </div>
    </div>
  )
}

function Shown({ preview }: { readonly preview: Preview }) {
  const { outcome, reason, request, messageId, profile } = preview
  const isSent = outcome === 'sent'
  return (
    <Panel title={isSent ? t('destinations.wouldSend') : t('destinations.wouldSkip')}>
      <p className="mb-4 flex flex-wrap items-center gap-2.5 text-sm">
        <Tag tone={isSent ? 'good' : 'warn'}>{outcome}</Tag>
        {reason ? <span className="font-mono text-xs">{reason}</span> : null}
        <span className="font-mono text-xs break-all text-muted">
          {messageId} · {profile}
        </span>
      </p>
      {request ? (
        <>
          <p className="mb-4 rounded-lg bg-raised px-4 py-3 font-mono text-xs break-all">
            <span className="font-semibold text-accent">{request.method}</span> {request.url}
          </p>
          <h3 className="mb-2 text-sm font-semibold">{t('destinations.headers')}</h3>
          <dl className="mb-4 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 font-mono text-xs">
            {Object.entries(request.headers).map(([name, value]) => (
              <div key={name} className="contents">
                <dt className="text-muted">{name}</dt>
                <dd className="break-all">{value}</dd>
              </div>
            ))}
          </dl>
          {request.body === null ? null : (
            <>
              <h3 className="mb-2 text-sm font-semibold">{t('destinations.body')}</h3>
              <Body text={request.body} />
              <div className="mt-3">
                <CopyButton text={request.body} />
              </div>
            </>
          )}
        </>
      ) : (
        <p className="text-sm text-muted">{t('destinations.noRequest')}</p>
      )}
    </Panel>
  )
}

/** Most are JSON; what is not is shown as it is. */
function Body({ text }: { readonly text: string }) {
  const value = jsonOf(text)
  if (value !== undefined) return <Json value={value} />
  return (
    <pre
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="max-h-96 overflow-auto rounded-lg bg-raised p-4 font-mono text-xs whitespace-pre-wrap [overflow-wrap:anywhere]"
    >
      {text}
    </pre>
  )
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
