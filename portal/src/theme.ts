/** Light or dark: the system's unless somebody chose. The page carries the choice, styles.css does the rest. */
export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const CHOICE = 'tributary.theme'

export function theme(): Theme {
  const chosen = localStorage.getItem(CHOICE)
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system'
}

export function showTheme(next: Theme = theme()): void {
  if (next === 'system') {
    localStorage.removeItem(CHOICE)
    delete document.documentElement.dataset['theme']
  } else {
    localStorage.setItem(CHOICE, next)
    document.documentElement.dataset['theme'] = next
  }
  for (const listener of listeners) listener()
}

const listeners = new Set<() => void>()

/** It can be chosen in more than one place. */
export function watchTheme(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
