import { deadLetters } from './en/dead-letters.ts'
import { destinations } from './en/destinations.ts'
import { form } from './en/form.ts'
import { identity } from './en/identity.ts'
import { lists } from './en/lists.ts'
import { live } from './en/live.ts'
import { overview } from './en/overview.ts'
import { people } from './en/people.ts'
import { person } from './en/person.ts'
import { plans } from './en/plans.ts'
import { plugins } from './en/plugins.ts'
import { rules } from './en/rules.ts'
import { segments } from './en/segments.ts'
import { settings } from './en/settings.ts'
import { shell } from './en/shell.ts'
import { signIn } from './en/sign-in.ts'
import { sources } from './en/sources.ts'
import { start } from './en/start.ts'
import { transformations } from './en/transformations.ts'

/** English, a file for each page, and the list of what there is to say: another language that lacks one does not compile. */
export const en = {
  ...shell,
  ...signIn,
  ...start,
  ...overview,
  ...live,
  ...people,
  ...person,
  ...identity,
  ...segments,
  ...destinations,
  ...form,
  ...lists,
  ...rules,
  ...sources,
  ...plugins,
  ...transformations,
  ...plans,
  ...deadLetters,
  ...settings,
}

export type Words = { readonly [K in keyof typeof en]: string }
