import { PROVIDER_NAMES } from '../../shared/provider/provider.ts'

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const MOST = 40

/** What is wrong with a name, or undefined. */
export function nameFault(name: string): string | undefined {
  if (!NAME.test(name) || name.length < 2 || name.length > MOST) {
    return `The name ${name} is none: 2 to ${MOST} small letters, digits and single hyphens, a letter first.`
  }
  if ((PROVIDER_NAMES as readonly string[]).includes(name)) return `The name ${name} is that of a provider.`
  return isWordOfTheLanguage(variableOf(name)) ? `The name ${name} is a word of the language.` : undefined
}

/** `my-source` → `mySource` */
export function variableOf(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** Asked of the language itself: no list would be whole. */
function isWordOfTheLanguage(word: string): boolean {
  try {
    new Function(`'use strict'; const ${word} = 1`)
    return false
  } catch {
    return true
  }
}
