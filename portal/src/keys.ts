import { useEffect, useRef } from 'react'

/** Keys of a page. Whoever types in a field, or has a dialog before the page, means that and not the page. */
export function useKeys(keys: Readonly<Record<string, (event: KeyboardEvent) => void>>): void {
  const current = useRef(keys)
  current.current = keys
  useEffect(() => {
    function pressed(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTaken(event)) return
      const act = current.current[event.key]
      if (!act) return
      event.preventDefault()
      act(event)
    }
    document.addEventListener('keydown', pressed)
    return () => document.removeEventListener('keydown', pressed)
  }, [])
}

function isTaken({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (document.querySelector('dialog[open]') || target.isContentEditable) return true
  if (target.matches('input, textarea, select')) return true
  // A button that has the focus is what the space bar and the enter key press.
  return (key === ' ' || key === 'Enter') && target.matches('button, a, summary')
}

/** As the keyboard of the person has them: `Ctrl` is what is pressed with the others, which is the command key on a Mac. */
export function keysShown(keys: string): string {
  return /Mac|iPhone|iPad/.test(navigator.platform) ? keys.replace('Ctrl', '⌘') : keys
}
