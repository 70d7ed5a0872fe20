import { z } from 'zod'
import { ProfileScores } from '../quality/profile-scores.ts'
import { defineContract } from './contract.ts'

const Entry = ProfileScores.extend({ day: z.string() }).meta({ id: 'ProfileScores' })

export const readProfileQuality = defineContract({
  name: 'readProfileQuality',
  method: 'get',
  path: '/api/v1/quality/profiles',
  group: 'Operations',
  scope: 'quality:read',
  masking: 'settings',
  summary: 'How complete and how right the profiles are, day by day for 90 days',
  description:
    'Completeness: the mean share of profiles that have each field that at least one in twenty has. Accuracy: the share of ' +
    'values that have the form their name promises (email, phone, country, dates). Conflicts: traits that two sources wrote ' +
    'differently on one day of the last week. Counted once a day; `today` is null before the first time.',
  reply: z.object({ today: Entry.nullable(), history: z.array(Entry) }),
  failures: [],
})
