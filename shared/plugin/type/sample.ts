import { z } from 'zod'
import { hash53 } from '../../kernel/hash.ts'
import { definePlugin } from '../manifest.ts'

/** hash53 is spread evenly over so many values. */
const HASHES = 2 ** 53

export const sample = definePlugin({
  name: 'sample',
  title: 'Sample',
  about: 'Keeps a share of the events that its filter names, whole people or single events, and drops the rest.',
  kind: 'blocking',
  settings: z.strictObject({
    keepPercent: z.number().min(0).max(100).meta({ description: 'How many of a hundred go on' }),
    by: z
      .enum(['person', 'event'])
      .default('person')
      .meta({ description: '`person`: all events of one userId or anonymousId share one fate' }),
  }),
  code: {
    by: 'built-in',
    run: (event, { keepPercent, by }) => {
      const who = by === 'person' ? (event['userId'] ?? event['anonymousId']) : undefined
      const share = hash53(String(who ?? event['messageId']), SEED) / HASHES
      return share * 100 < keepPercent ? null : { drop: 'not in the sample' }
    },
  },
})

/** Another choice than the one by which people are spread over shards. */
const SEED = 7
