export interface Bar {
  readonly key: string
  readonly value: number
  /** Told when one points at it, and to screen readers. */
  readonly label: string
  readonly isBad?: boolean
}

/** A few counts side by side; their numbers are told by `label`. */
export function Bars({ label, bars }: { readonly label: string; readonly bars: readonly Bar[] }) {
  const most = Math.max(1, ...bars.map(({ value }) => value))
  return (
    <ul aria-label={label} className="flex h-28 items-end gap-px sm:gap-0.5">
      {bars.map(({ key, value, label: told, isBad = false }) => (
        <li key={key} title={told} className="flex h-full min-w-0 flex-1 items-end">
          <span className="sr-only">{told}</span>
          <span
            aria-hidden="true"
            className={`block w-full rounded-t-sm ${isBad ? 'bg-bad' : value > 0 ? 'bg-accent' : 'bg-line'}`}
            style={{ height: `${Math.max(2, (value / most) * 100)}%` }}
          />
        </li>
      ))}
    </ul>
  )
}
