interface SwitchProps {
  /** What is on or off, told to screen readers. */
  readonly label: string
  readonly isOn: boolean
  readonly disabled?: boolean
  readonly change: (isOn: boolean) => void
}

/** On or off at once, without a form. */
export function Switch({ label, isOn, disabled = false, change }: SwitchProps) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={isOn}
      aria-label={label}
      disabled={disabled}
      onClick={() => change(!isOn)}
      className={`relative h-6 w-10 flex-none rounded-full border transition-colors disabled:opacity-50 ${isOn ? 'border-accent bg-accent' : 'border-strong-line bg-raised'}`}
    >
      <span
        aria-hidden="true"
        className={`absolute top-[3px] left-[3px] size-4 rounded-full transition-transform ${isOn ? 'translate-x-4 bg-on-accent' : 'bg-strong-line'}`}
      />
    </button>
  )
}
