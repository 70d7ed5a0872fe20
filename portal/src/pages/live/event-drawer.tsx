import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { RefObject } from 'react'
import type { EventDocument } from '../../../../shared/profile/document.ts'
import { Button, buttonLook } from '../../components/button.tsx'
import { CopyButton } from '../../components/copy.tsx'
import { Time } from '../../components/time.tsx'
import type { LiveRow } from '../../live/live-socket.ts'
import { Outcome, titleOf } from '../../live/outcome.tsx'
import { sourcesQuery, useSourceNames } from '../../live/use-sources.ts'
import { t } from '../../words/words.ts'
import { asSent, curlOf } from './curl.ts'
import { faultOf } from './event-rows.tsx'
import { EventTrace } from './event-trace.tsx'
import { Payload, useKept } from './payload.tsx'
import { Replay } from './replay.tsx'

interface Props {
  readonly row: LiveRow
  readonly close: () => void
  readonly panel: RefObject<HTMLElement | null>
}

/** One event beside the list: what it said, what was wrong with it, and everything that became of it. */
export function EventDrawer({ row, close, panel }: Props) {
  return (
    <aside
      ref={panel}
      // It takes the focus when somebody opens it, so that what is in it is next.
      tabIndex={-1}
      aria-label={t('live.detail')}
      className="fixed inset-y-0 right-0 z-40 w-full overflow-y-auto border-l border-line bg-surface p-6 shadow-2xl outline-none sm:w-[30rem]"
    >
      <Content key={row.copyId} row={row} close={close} />
    </aside>
  )
}

function Content({ row, close }: Pick<Props, 'row' | 'close'>) {
  const sourceName = useSourceNames()
  return (
    <>
      <div className="mb-5 flex items-start justify-between gap-4">
        <div className="min-w-0">
          <h2 className="break-words">{titleOf(row)}</h2>
          <p className="mt-1 text-sm text-muted">
            <Time at={row.receivedAt} /> · {sourceName(row.source)}
          </p>
        </div>
        <Button look="quiet" onClick={close} aria-keyshortcuts="Escape">
          {t('app.close')}
        </Button>
      </div>
      <p className="flex flex-wrap items-center gap-2 text-sm">
        <Outcome outcome={row.outcome} />
        {row.flags.map((flag) => (
          <span key={flag} className="text-muted">
            {flag}
          </span>
        ))}
      </p>
      {row.reason ? (
        <p className="mt-4 rounded-lg bg-bad-tint px-4 py-3 text-sm break-words">
          <span className="font-medium text-bad">{row.reason}</span>
          {row.fault ? <span className="block font-mono text-xs">{faultOf(row)}</span> : null}
        </p>
      ) : null}
      <div className="mt-5 flex flex-wrap gap-2">
        {row.canonicalId ? (
          <Link to="/profiles/$ref" params={{ ref: row.canonicalId }} className={buttonLook()}>
            {t('live.toPerson')}
          </Link>
        ) : null}
        <Replay row={row} />
        <CopyAsCurl row={row} />
      </div>
      <section className="mt-7">
        <h3 className="mb-2 text-sm font-semibold">{t('live.payload')}</h3>
        <Payload row={row} />
      </section>
      <section className="mt-7">
        <h3 className="mb-3 text-sm font-semibold">{t('live.trace')}</h3>
        <EventTrace messageId={row.messageId} />
      </section>
      <p className="mt-7 font-mono text-xs break-all text-muted">{row.messageId}</p>
    </>
  )
}

/** With the source's own write key, which is public. */
function CopyAsCurl({ row }: { readonly row: LiveRow }) {
  const sources = useQuery(sourcesQuery)
  const source = sources.data?.sources.find(({ id }) => id === row.source)
  const kept = useKept(row).data
  // A dead letter is as the pipeline had it, which is no longer what an SDK sends; it is replayed instead.
  const isOfTimeline = row.outcome !== 'dead_letter' && kept !== undefined && kept !== null
  const payload = row.payload ?? (isOfTimeline ? asSent(kept as EventDocument) : undefined)
  if (payload === undefined || !source) return null
  return <CopyButton text={curlOf(location.origin, source.writeKey, row.type, payload)} label={t('live.copyCurl')} />
}
