import type { ReactNode } from 'react'
import type { EventDocument, MergeDocument } from '../../../../../shared/profile/document.ts'
import { Json } from '../../../components/json.tsx'
import { Tag } from '../../../components/tag.tsx'
import { Time } from '../../../components/time.tsx'
import { useSourceNames } from '../../../live/use-sources.ts'
import { t } from '../../../words/words.ts'
import { CauseWords } from '../identity/evidence.tsx'
import type { Entry } from './timeline-view.ts'

const DOTS = { event: 'before:bg-strong-line', segment: 'before:bg-accent', identity: 'before:bg-warn' } as const

/** One entry; it opens to everything that it says. */
export function TimelineEntry({ entry }: { readonly entry: Entry }) {
  return entry.kind === 'event' ? (
    <EventEntry event={entry.event} />
  ) : (
    <MergeEntry kind={entry.kind} at={entry.at} merge={entry.merge} />
  )
}

function EventEntry({ event }: { readonly event: EventDocument }) {
  const sourceName = useSourceNames()
  const { type, name, properties, traits, context, messageId, source } = event
  const isOwn = source === 'tributary'
  return (
    <Item
      dot={isOwn ? 'segment' : 'event'}
      title={name ?? type}
      brief={isOwn ? '' : briefOf(event)}
      tag={event.late ? <Tag tone="warn">{t('person.late')}</Tag> : null}
      side={isOwn ? t('person.kind.segments') : sourceName(source)}
      at={event.timestamp}
    >
      <Json value={{ type, properties, ...(traits ? { traits } : {}), context, messageId }} />
    </Item>
  )
}

interface MergeEntryProps {
  readonly kind: 'merged' | 'unmerged'
  readonly at: string
  readonly merge: MergeDocument
}

function MergeEntry({ kind, at, merge }: MergeEntryProps) {
  return (
    <Item
      dot="identity"
      title={t(`person.${kind}`)}
      brief={kind === 'merged' ? <CauseWords cause={merge.cause} /> : ''}
      tag={null}
      side={t('person.identity')}
      at={at}
    >
      <Json value={merge} />
    </Item>
  )
}

interface ItemProps {
  readonly dot: keyof typeof DOTS
  readonly title: string
  readonly brief: ReactNode
  readonly tag: ReactNode
  readonly side: string
  readonly at: string
  readonly children: ReactNode
}

function Item({ dot, title, brief, tag, side, at, children }: ItemProps) {
  return (
    <li
      className={`relative pl-6 before:absolute before:top-[1.15rem] before:-left-[4.5px] before:size-2 before:rounded-full ${DOTS[dot]}`}
    >
      <details className="border-b border-line py-2.5 [content-visibility:auto]">
        <summary className="flex list-none items-baseline gap-3 text-sm [&::-webkit-details-marker]:hidden">
          <span className="min-w-0 flex-1">
            <span className="font-medium break-words">{title}</span>{' '}
            <span className="break-words text-muted">{brief}</span>
          </span>
          {tag}
          <span className="hidden text-muted sm:inline">{side}</span>
          <span className="text-muted">
            <Time at={at} />
          </span>
        </summary>
        <div className="mt-3 mb-2">{children}</div>
      </details>
    </li>
  )
}

const BRIEF = 3

/** The first few facts, so that most entries need no opening. */
function briefOf({ properties, traits = {} }: EventDocument): string {
  const simple = Object.entries({ ...traits, ...properties }).filter(
    ([, value]) => value !== null && typeof value !== 'object',
  )
  return simple
    .slice(0, BRIEF)
    .map(([name, value]) => `${name} ${value}`)
    .join(' · ')
}
