import { deadLetters } from './de/dead-letters.ts'
import { destinations } from './de/destinations.ts'
import { form } from './de/form.ts'
import { identity } from './de/identity.ts'
import { lists } from './de/lists.ts'
import { live } from './de/live.ts'
import { overview } from './de/overview.ts'
import { people } from './de/people.ts'
import { person } from './de/person.ts'
import { plans } from './de/plans.ts'
import { plugins } from './de/plugins.ts'
import { rules } from './de/rules.ts'
import { segments } from './de/segments.ts'
import { settings } from './de/settings.ts'
import { shell } from './de/shell.ts'
import { signIn } from './de/sign-in.ts'
import { sources } from './de/sources.ts'
import { start } from './de/start.ts'
import { transformations } from './de/transformations.ts'
import type { Words } from './en.ts'

export const de: Words = {
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
