import { Figure } from '../../components/item-list.tsx'
import { number, t } from '../../words/words.ts'
import { DeliveryHealth } from '../destinations/delivery-health.tsx'
import type { Plugin } from './plugin-queries.ts'

/** How a plugin went in the last hour, in a line. */
export function PluginHealth({ plugin }: { readonly plugin: Plugin }) {
  if (plugin.kind === 'non-blocking') return <DeliveryHealth id={plugin.id} />
  const { health } = plugin
  if (!health) return null
  if (health.calls === 0 && health.skipped === 0) return <span className="text-muted">{t('plugins.idle')}</span>
  const failed = health.failed + health.timeouts
  return (
    <>
      {failed > 0 ? <Figure value={number(failed)} label={t('plugins.failed')} tone="bad" /> : null}
      {health.skipped > 0 ? <Figure value={number(health.skipped)} label={t('plugins.skipped')} tone="warn" /> : null}
      <Figure value={number(health.calls)} label={t('plugins.calls', { n: health.calls })} />
      {health.p95Ms === null ? null : <Figure value={`${number(health.p95Ms)} ms`} label={t('plugins.p95')} />}
    </>
  )
}
