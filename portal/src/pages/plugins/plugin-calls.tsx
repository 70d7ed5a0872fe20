import { Link } from '@tanstack/react-router'
import { buttonLook } from '../../components/button.tsx'
import { Figure } from '../../components/item-list.tsx'
import { LastError } from '../../components/last-error.tsx'
import { Panel } from '../../components/panel.tsx'
import { number, t } from '../../words/words.ts'
import type { Plugin } from './plugin-queries.ts'

/** Calls of a blocking plugin in the last hour. */
export function PluginCalls({ plugin: { health } }: { readonly plugin: Plugin }) {
  if (!health || (health.calls === 0 && health.skipped === 0 && !health.lastError))
    return <p className="text-sm text-muted">{t('plugins.idle')}</p>
  const { calls, events, failed, timeouts, skipped, p95Ms, lastError } = health
  return (
    <Panel title={t('plugins.lastHour')}>
      <p className="flex flex-wrap gap-x-6 gap-y-1.5 text-sm">
        <Figure value={number(calls)} label={t('plugins.calls', { n: calls })} />
        <Figure value={number(events)} label={t('plugins.events', { n: events })} />
        <Figure value={number(failed)} label={t('plugins.failed')} tone={failed > 0 ? 'bad' : 'plain'} />
        <Figure value={number(timeouts)} label={t('plugins.timeouts')} tone={timeouts > 0 ? 'bad' : 'plain'} />
        <Figure value={number(skipped)} label={t('plugins.skipped')} tone={skipped > 0 ? 'warn' : 'plain'} />
        {p95Ms === null ? null : <Figure value={`${number(p95Ms)} ms`} label={t('plugins.p95')} />}
      </p>
      {lastError ? <LastError {...lastError} /> : null}
      {failed + timeouts + skipped > 0 ? (
        <Link to="/dead-letters" search={{ stage: 'plugins' }} className={`${buttonLook()} mt-4`}>
          {t('plugins.letters')}
        </Link>
      ) : null}
    </Panel>
  )
}
