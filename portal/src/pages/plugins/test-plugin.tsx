import { useState } from 'react'
import type { testPlugin } from '../../../../shared/contract/test-plugin.ts'
import { ask, type Given, type ReplyOf } from '../../api.ts'
import { Json } from '../../components/json.tsx'
import { Panel } from '../../components/panel.tsx'
import { Tag, type Tone } from '../../components/tag.tsx'
import { DocumentForm } from '../../form/document-form.tsx'
import { group } from '../../form/field.ts'
import { useEventField } from '../../lists/recent-events.ts'
import { number, t } from '../../words/words.ts'

type Tried = ReplyOf<typeof testPlugin>

const TONES: Readonly<Record<Tried['outcome'], Tone>> = {
  changed: 'good',
  unchanged: 'plain',
  dropped: 'warn',
  failed: 'bad',
  timeout: 'bad',
}

/** The plugin is really asked, and the event goes nowhere. */
export function TestPlugin({ id }: { readonly id: string }) {
  const [tried, setTried] = useState<Tried>()
  const messageId = useEventField(t('destinations.messageHint'))
  const form = group(
    {
      name: 'event',
      label: t('plugins.event'),
      hint: t('plugins.eventHint'),
      isRequired: false,
      field: { kind: 'json' },
    },
    messageId,
  )
  async function run(value: Readonly<Record<string, unknown>>) {
    setTried(undefined)
    // The event may be any JSON here; the server says when it is none.
    const { messageId: arrived } = value
    const body = (arrived ? { messageId: arrived } : value) as NonNullable<Given<typeof testPlugin>['body']>
    setTried(
      await ask<typeof testPlugin>('post', '/api/v1/plugins/{pluginId}/test', { params: { pluginId: id }, body }),
    )
  }
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[24rem_1fr]">
      <Panel title={t('plugins.test')}>
        <p className="mb-5 text-sm text-muted">{t('plugins.testHint')}</p>
        <DocumentForm form={form} value={{}} submitLabel={t('plugins.testNow')} submit={run} />
      </Panel>
      <div aria-live="polite" className="min-w-0">
        {tried ? <Shown tried={tried} /> : null}
      </div>
    </div>
  )
}

function Shown({ tried }: { readonly tried: Tried }) {
  const { outcome, reason, answer, logs, tookMs, before, after } = tried
  return (
    <Panel title={t('plugins.result')}>
      <p className="mb-4 flex flex-wrap items-center gap-2.5 text-sm">
        <Tag tone={TONES[outcome]}>{t(`plugins.outcome.${outcome}`)}</Tag>
        {reason ? <span className="break-words">{reason}</span> : null}
        <span className="text-muted">{number(tookMs)} ms</span>
      </p>
      <Part title={t('plugins.answer')} value={answer} />
      {logs.length > 0 ? (
        <section className="mb-5">
          <h3 className="mb-2 text-sm font-semibold">{t('plugins.logs')}</h3>
          <ol className="rounded-lg bg-raised p-4 font-mono text-xs leading-5 break-words">
            {logs.map(({ level, text }, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the lines stand in the order in which they were written
              <li key={i} className={level === 'error' ? 'text-bad' : level === 'warn' ? 'text-warn' : ''}>
                {text}
              </li>
            ))}
          </ol>
        </section>
      ) : null}
      <div className="grid gap-5 xl:grid-cols-2">
        <Part title={t('plugins.before')} value={before} />
        {after === null ? (
          <p className="text-sm text-muted">{t('plugins.noFurther')}</p>
        ) : (
          <Part title={t('plugins.after')} value={after} />
        )}
      </div>
    </Panel>
  )
}

function Part({ title, value }: { readonly title: string; readonly value: unknown }) {
  return (
    <section className="mb-5 min-w-0">
      <h3 className="mb-2 text-sm font-semibold">{title}</h3>
      <Json value={value} />
    </section>
  )
}
