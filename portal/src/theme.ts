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
    return
  }
  localStorage.setItem(CHOICE, next)
  document.documentElement.dataset['theme'] = next
}
