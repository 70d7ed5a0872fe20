import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, buttonLook } from '../../components/button.tsx'
import { Json } from '../../components/json.tsx'
import { Loading, Problem } from '../../components/states.tsx'
import { Tag } from '../../components/tag.tsx'
import { Time } from '../../components/time.tsx'
import { later } from '../../components/toasts.ts'
import { tellFault } from '../../lists/tell-fault.ts'
import { useSourceNames } from '../../live/use-sources.ts'
import { t } from '../../words/words.ts'
import { EventTrace } from '../live/event-trace.tsx'
import { EventEditor } from './event-editor.tsx'
import { discard, type LetterWithEvent, letterQuery, replay } from './letter-queries.ts'
import { titleOf } from './letter-rows.tsx'

interface Props {
  readonly id: string
  readonly isMine: boolean
  readonly close: () => void
  readonly replayed: (job: string) => void
}

/** One dead letter beside the list: why it is one, what it holds, and what can be done about it. */
export function LetterDrawer({ id, isMine, close, replayed }: Props) {
  const letter = useQuery(letterQuery(id))
  return (
    <aside
      aria-label={t('letters.one')}
      className="fixed inset-y-0 right-0 z-40 w-full overflow-y-auto border-l border-line bg-surface p-6 shadow-2xl sm:w-[34rem]"
    >
      <div className="mb-5 flex items-start justify-between gap-4">
        <div className="min-w-0">
          <h2 className="break-words">{letter.data ? titleOf(letter.data) : t('letters.one')}</h2>
          {letter.data ? <Facts letter={letter.data} /> : null}
        </div>
        <Button look="quiet" onClick={close} aria-keyshortcuts="Escape">
          {t('app.close')}
        </Button>
      </div>
      {letter.isPending ? <Loading /> : null}
      {letter.isError ? <Problem fault={letter.error} retry={() => void letter.refetch()} /> : null}
      {letter.data ? <Opened letter={letter.data} isMine={isMine} close={close} replayed={replayed} /> : null}
    </aside>
  )
}

function Facts({ letter }: { readonly letter: LetterWithEvent }) {
  const sourceName = useSourceNames()
  return (
    <p className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted">
      <Tag>{letter.stage}</Tag>
      <Time at={letter.at} />
      {letter.source ? <span>{sourceName(letter.source)}</span> : null}
      <span>{t('letters.attempts', { n: letter.attempts })}</span>
    </p>
  )
}

interface OpenedProps extends Omit<Props, 'id'> {
  readonly letter: LetterWithEvent
}

function Opened({ letter, isMine, close, replayed }: OpenedProps) {
  const { id, reason, destination, event, body, messageId } = letter
  const again = useMutation({
    mutationFn: () => replay({ ids: [id] }),
    onSuccess: (job) => {
      replayed(job)
      close()
    },
    onError: tellFault,
  })
  function putAway() {
    later({ id, text: t('letters.discarded', { name: titleOf(letter) }), act: () => discard({ ids: [id] }) })
    close()
  }
  return (
    <>
      <p className="rounded-lg bg-bad-tint px-4 py-3 text-sm font-medium break-words text-bad">{reason}</p>
      <div className="mt-5 flex flex-wrap gap-2">
        {isMine ? (
          <>
            <Button look="main" disabled={again.isPending} onClick={() => again.mutate()}>
              {t('letters.replay')}
            </Button>
            <Button look="danger" onClick={putAway}>
              {t('letters.discard')}
            </Button>
          </>
        ) : null}
        {destination ? (
          <Link to="/destinations/$id" params={{ id: destination }} className={buttonLook()}>
            {t('letters.toDestination')}
          </Link>
        ) : null}
      </div>
      <section className="mt-7">
        <h3 className="mb-2 text-sm font-semibold">{t('letters.holds')}</h3>
        {event && isMine && destination === null ? (
          <EventEditor key={JSON.stringify(event)} id={id} event={event} />
        ) : (
          <Json value={event ?? body} />
        )}
      </section>
      {event ? (
        <details className="mt-7">
          <summary className="text-sm font-semibold">{t('letters.whole')}</summary>
          <div className="mt-2">
            <Json value={body} />
          </div>
        </details>
      ) : null}
      {messageId ? (
        <section className="mt-7">
          <h3 className="mb-3 text-sm font-semibold">{t('live.trace')}</h3>
          <EventTrace messageId={messageId} />
        </section>
      ) : null}
      <p className="mt-7 font-mono text-xs break-all text-muted">{id}</p>
    </>
  )
}
