import { Tag } from '../../components/tag.tsx'
import { Time } from '../../components/time.tsx'
import { useSourceNames } from '../../live/use-sources.ts'
import { t } from '../../words/words.ts'
import type { Letter } from './letter-queries.ts'

interface Props {
  readonly letters: readonly Letter[]
  readonly shown: string | undefined
  readonly show: (id: string) => void
}

export function LetterRows({ letters, shown, show }: Props) {
  const sourceName = useSourceNames()
  return (
    <ol aria-label={t('nav.deadLetters')} className="overflow-hidden rounded-xl border border-line bg-surface text-sm">
      {letters.map((letter) => (
        <li key={letter.id} className="border-b border-line last:border-0">
          <button
            type="button"
            aria-current={letter.id === shown ? 'true' : undefined}
            onClick={() => show(letter.id)}
            className="grid w-full grid-cols-[1fr_auto] items-center gap-x-4 px-4 py-2.5 text-left hover:bg-raised aria-[current=true]:bg-tint sm:grid-cols-[1fr_9rem_auto_8rem]"
          >
            <span className="min-w-0">
              <span className="block truncate font-medium">{titleOf(letter)}</span>
              <span className="block truncate text-muted">{letter.reason}</span>
            </span>
            <span className="hidden truncate text-muted sm:block">
              {letter.source ? sourceName(letter.source) : ''}
            </span>
            <Tag>{letter.stage}</Tag>
            <span className="hidden text-right text-muted sm:block">
              <Time at={letter.at} as="ago" />
            </span>
          </button>
        </li>
      ))}
    </ol>
  )
}

/** What it is about: the event's name, else its type, else only what could be read of it. */
export function titleOf({ name, type, messageId }: Pick<Letter, 'name' | 'type' | 'messageId'>): string {
  return name ?? type ?? messageId ?? t('letters.unreadable')
}
