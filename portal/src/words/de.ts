import { live } from './de/live.ts'
import { people } from './de/people.ts'
import { person } from './de/person.ts'
import { shell } from './de/shell.ts'
import { signIn } from './de/sign-in.ts'
import { start } from './de/start.ts'
import type { Words } from './en.ts'

export const de: Words = { ...shell, ...signIn, ...start, ...live, ...people, ...person }
