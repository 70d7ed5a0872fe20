import { Link, type LinkProps } from '@tanstack/react-router'
import type { Figures } from '../../../../shared/pipeline/figures.ts'
import { number, t } from '../../words/words.ts'
import { duration } from './duration.ts'

interface TileProps {
  readonly label: string
  readonly value: string
  readonly hint: string
  readonly tone?: 'plain' | 'warn' | 'bad'
  /** Where one sees what it counts. */
  readonly link: LinkProps
}

const TONES = { plain: '', warn: 'text-warn', bad: 'text-bad' } as const

/** Figures, each of which leads to what it counts. What one may not see, or is not known, is not there. */
export function Tiles({ figures }: { readonly figures: Figures }) {
  const { day, lag, people, segments, deadLetters, queues } = figures
  return (
    <ul aria-label={t('overview.figures')} className="grid grid-cols-2 gap-3 md:grid-cols-3 lg:grid-cols-4">
      <Tile
        label={t('overview.accepted')}
        value={number(day.accepted)}
        hint={t('overview.inDay')}
        link={{ to: '/live' }}
      />
      <Tile
        label={t('overview.rejected')}
        value={number(day.rejected)}
        hint={t('overview.inDay')}
        tone={day.rejected > 0 ? 'bad' : 'plain'}
        link={{ to: '/live', search: { outcome: 'rejected' } }}
      />
      <Tile
        label={t('overview.dropped')}
        value={number(day.dropped)}
        hint={t('overview.inDay')}
        tone={day.dropped > 0 ? 'warn' : 'plain'}
        link={{ to: '/live', search: { outcome: 'dropped' } }}
      />
      <Tile
        label={t('overview.lag')}
        value={
          lag.withinMs === null ? (lag.events > 0 ? `> ${duration(600_000)}` : '–') : `≤ ${duration(lag.withinMs)}`
        }
        hint={lag.events > 0 ? t('overview.lagHint', { n: lag.events }) : t('overview.lagNone')}
        link={{ to: '/live', search: { outcome: 'applied' } }}
      />
      {people ? (
        <Tile
          label={t('overview.active')}
          value={number(people.active)}
          hint={t('overview.ofKnown', { n: people.known })}
          link={{ to: '/profiles' }}
        />
      ) : null}
      {segments ? (
        <Tile
          label={t('overview.changes')}
          value={`+${number(segments.entered)} −${number(segments.exited)}`}
          hint={t('overview.inDay')}
          link={{ to: '/segments' }}
        />
      ) : null}
      {deadLetters ? (
        <Tile
          label={t('overview.deadLetters')}
          value={number(deadLetters.waiting)}
          hint={t('overview.deadLettersHint')}
          tone={deadLetters.waiting > 0 ? 'bad' : 'plain'}
          link={{ to: '/dead-letters' }}
        />
      ) : null}
      {queues ? (
        <Tile
          label={t('overview.waiting')}
          value={number(queues.waiting)}
          hint={
            queues.oldestMs === null
              ? t('overview.waitingNone')
              : t('overview.oldest', { age: duration(queues.oldestMs) })
          }
          link={{ to: '/live' }}
        />
      ) : null}
    </ul>
  )
}

function Tile({ label, value, hint, tone = 'plain', link }: TileProps) {
  return (
    <li>
      <Link
        {...link}
        className="block h-full rounded-xl border border-line bg-surface px-4 py-3.5 transition-colors hover:bg-raised sm:px-5"
      >
        <span className="block text-sm text-muted">{label}</span>{' '}
        <span className={`mt-1 block text-2xl font-semibold tracking-tight tabular-nums ${TONES[tone]}`}>{value}</span>{' '}
        <span className="mt-0.5 block text-xs text-muted">{hint}</span>
      </Link>
    </li>
  )
}
