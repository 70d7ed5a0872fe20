import { useEffect, useRef } from 'react'
import { Time } from '../../components/time.tsx'
import type { LiveRow } from '../../live/live-socket.ts'
import { Outcome, titleOf } from '../../live/outcome.tsx'
import { useSourceNames } from '../../live/use-sources.ts'
import { t } from '../../words/words.ts'
import { keyOf } from './live-view.ts'

interface Props {
  readonly rows: readonly LiveRow[]
  readonly shown: string | undefined
  readonly show: (index: number) => void
}

export function EventRows({ rows, shown, show }: Props) {
  const sourceName = useSourceNames()
  const current = useRef<HTMLButtonElement>(null)
  // Whoever walks through the list sees where they are; what arrives meanwhile moves nothing.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another one is shown
  useEffect(() => {
    // Braces: newer browsers answer with a promise, which is no way to end an effect.
    current.current?.scrollIntoView({ block: 'nearest' })
  }, [shown])
  return (
    <ol aria-label={t('nav.live')} className="overflow-hidden rounded-xl border border-line bg-surface text-sm">
      {rows.map((row, i) => (
        <li key={keyOf(row)} className="border-b border-line last:border-0 [content-visibility:auto]">
          <button
            type="button"
            ref={keyOf(row) === shown ? current : undefined}
            aria-current={keyOf(row) === shown ? 'true' : undefined}
            onClick={() => show(i)}
            className="grid w-full grid-cols-[1fr_auto] items-center gap-x-4 px-4 py-2.5 text-left hover:bg-raised aria-[current=true]:bg-tint sm:grid-cols-[6.5rem_1fr_8rem_auto_7rem]"
          >
            <span className="hidden text-muted sm:block">
              <Time at={row.receivedAt} as="clock" />
            </span>
            <span className="min-w-0">
              <span className="block truncate font-medium">{titleOf(row)}</span>
              {row.reason ? <span className="block truncate text-muted">{faultOf(row)}</span> : null}
            </span>
            <span className="hidden truncate text-muted sm:block">{sourceName(row.source)}</span>
            <span className="hidden text-muted sm:block">{row.type}</span>
            <span className="text-right">
              <Outcome outcome={row.outcome} />
            </span>
          </button>
        </li>
      ))}
    </ol>
  )
}

/** What was wrong, with its place when one is known. */
export function faultOf({ reason, fault }: Pick<LiveRow, 'reason' | 'fault'>): string {
  return fault ? `${fault.path}: ${fault.message}` : (reason ?? '')
}
