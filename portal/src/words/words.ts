import { en, type Words } from './en.ts'

/**
 * What the portal says, in the language of the person: by choice, else by the browser. A dictionary is a module; another
 * one than English is loaded when somebody reads it.
 */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof LANGUAGES

const CHOICE = 'tributary.language'
let words: Words = en
export let language: Language = 'en'

export async function loadWords(): Promise<void> {
  language = chosen()
  if (language === 'de') words = (await import('./de.ts')).de
  document.documentElement.lang = language
}

function chosen(): Language {
  const wanted = localStorage.getItem(CHOICE) ?? navigator.language.slice(0, 2)
  return wanted in LANGUAGES ? (wanted as Language) : 'en'
}

/** Everything on the page is in the old one, so it begins anew. */
export function chooseLanguage(next: Language): void {
  localStorage.setItem(CHOICE, next)
  location.reload()
}

/** `t('live.waiting', { n: 3 })`: braces in a text are filled, and `one|many` is chosen by `n`. */
export function t(key: keyof Words, values: Readonly<Record<string, string | number>> = {}): string {
  const forms = words[key].split('|')
  const text = forms.length > 1 && values['n'] !== 1 ? (forms[1] as string) : (forms[0] as string)
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name]
    return typeof value === 'number' ? number(value) : (value ?? '')
  })
}

export function number(value: number): string {
  return new Intl.NumberFormat(language).format(value)
}
