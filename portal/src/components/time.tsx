import { useEffect, useState } from 'react'
import { language } from '../words/words.ts'

interface TimeProps {
  /** ISO 8601. */
  readonly at: string
  /** `clock`: to the second of today; `ago`: how long ago; `day`: date and time. */
  readonly as?: 'clock' | 'ago' | 'day'
}

/** An instant in the viewer's zone; the exact one shows when one points at it. */
export function Time({ at, as = 'day' }: TimeProps) {
  const now = useNow(as === 'ago')
  const date = new Date(at)
  const exact = `${new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'long' }).format(date)}\n${at}`
  return (
    <time dateTime={at} title={exact} className="whitespace-nowrap tabular-nums">
      {as === 'ago' ? ago(now - date.getTime()) : written(date, as)}
    </time>
  )
}

function written(date: Date, as: 'clock' | 'day'): string {
  const style =
    as === 'clock' ? ({ timeStyle: 'medium' } as const) : ({ dateStyle: 'medium', timeStyle: 'short' } as const)
  return new Intl.DateTimeFormat(language, style).format(date)
}

const STEPS: readonly [unit: Intl.RelativeTimeFormatUnit, ms: number][] = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
]

/** `ms` since then. */
export function ago(ms: number): string {
  const [unit, size] = STEPS.find(([, length]) => Math.abs(ms) >= length) ?? (['second', 1_000] as const)
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-Math.trunc(ms / size), unit)
}

function useNow(isMoving: boolean): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (!isMoving) return
    const timer = setInterval(() => setNow(Date.now()), 15_000)
    return () => clearInterval(timer)
  }, [isMoving])
  return now
}
