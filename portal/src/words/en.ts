import { live } from './en/live.ts'
import { people } from './en/people.ts'
import { person } from './en/person.ts'
import { shell } from './en/shell.ts'
import { signIn } from './en/sign-in.ts'
import { start } from './en/start.ts'

/** English, a file for each page, and the list of what there is to say: another language that lacks one does not compile. */
export const en = { ...shell, ...signIn, ...start, ...live, ...people, ...person }

export type Words = { readonly [K in keyof typeof en]: string }
