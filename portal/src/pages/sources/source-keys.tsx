import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { revokeSourceKeys } from '../../../../shared/contract/revoke-source-keys.ts'
import type { rotateSourceKey } from '../../../../shared/contract/rotate-source-key.ts'
import { ask } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { CopyButton } from '../../components/copy.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Panel } from '../../components/panel.tsx'
import { toast } from '../../components/toasts.ts'
import { tellFault } from '../../lists/tell-fault.ts'
import { queries } from '../../queries.ts'
import { t } from '../../words/words.ts'
import { SecretOnce } from './secret-once.tsx'
import type { Source } from './source-queries.ts'

type Which = 'writeKey' | 'secretKey'

interface Props {
  readonly source: Source
  readonly isMine: boolean
}

/** What a source proves itself by. A new key does not end the old ones; that is a step of its own, when nothing uses them. */
export function SourceKeys({ source, isMine }: Props) {
  const [secret, setSecret] = useState<string>()
  const [ending, setEnding] = useState<Which>()
  const params = { sourceId: source.id }
  const changed = () => queries.invalidateQueries({ queryKey: ['sources'] })
  const rotate = useMutation({
    mutationFn: (key: Which) =>
      ask<typeof rotateSourceKey>('post', '/api/v1/sources/{sourceId}/rotate-key', { params, body: { key } }),
    onSuccess: async ({ secretKey }, key) => {
      await changed()
      toast(t('sources.rotated'))
      if (key === 'secretKey') setSecret(secretKey)
    },
    onError: tellFault,
  })
  const revoke = useMutation({
    mutationFn: (key: Which) =>
      ask<typeof revokeSourceKeys>('post', '/api/v1/sources/{sourceId}/revoke-old-keys', { params, body: { key } }),
    onSuccess: async () => {
      await changed()
      setEnding(undefined)
      toast(t('sources.revoked'))
    },
    onError: tellFault,
  })
  const actionsOf = (which: Which, living: number) =>
    isMine ? (
      <>
        <Button disabled={rotate.isPending} onClick={() => rotate.mutate(which)}>
          {which === 'writeKey' ? t('sources.rotate') : t('sources.rotateSecret')}
        </Button>
        {living > 1 ? <Button onClick={() => setEnding(which)}>{t('sources.revoke')}</Button> : null}
      </>
    ) : null
  const living = source.livingSecretKeys ?? 0
  return (
    <div className="flex flex-col gap-6">
      {source.hookUrl ? (
        <Key title={t('sources.hookUrl')} hint={t('sources.hookUrlHint')} text={source.hookUrl} />
      ) : null}
      <Key
        title={t('sources.writeKey')}
        hint={`${t('sources.writeKeyHint')} ${t('sources.living', { n: source.livingWriteKeys })}.`}
        text={source.writeKey}
        actions={actionsOf('writeKey', source.livingWriteKeys)}
      />
      {source.appKey ? (
        <Key
          title={t('sources.secretKey')}
          hint={`${t('sources.secretKeyHint')} ${t('sources.living', { n: living })}.`}
          label={t('sources.appKey')}
          text={source.appKey}
          actions={actionsOf('secretKey', living)}
        />
      ) : null}
      {secret ? <SecretOnce secret={secret} close={() => setSecret(undefined)} /> : null}
      {ending ? (
        <Dialog title={t('sources.revokeTitle')} close={() => setEnding(undefined)}>
          <p className="text-sm">{t('sources.revokeHint')}</p>
          <div className="mt-6 flex justify-end gap-2">
            <Button onClick={() => setEnding(undefined)}>{t('common.cancel')}</Button>
            <Button look="danger" disabled={revoke.isPending} onClick={() => revoke.mutate(ending)}>
              {t('sources.revoke')}
            </Button>
          </div>
        </Dialog>
      ) : null}
    </div>
  )
}

interface KeyProps {
  readonly title: string
  readonly hint: string
  readonly label?: string
  readonly text: string
  readonly actions?: ReactNode
}

function Key({ title, hint, label, text, actions }: KeyProps) {
  return (
    <Panel title={title}>
      <p className="mb-3 text-sm text-muted">{hint}</p>
      {label ? <p className="mb-1 text-sm font-medium">{label}</p> : null}
      <p className="mb-4 rounded-lg bg-raised px-4 py-3 font-mono text-xs break-all">{text}</p>
      <div className="flex flex-wrap gap-2">
        <CopyButton text={text} />
        {actions}
      </div>
    </Panel>
  )
}
