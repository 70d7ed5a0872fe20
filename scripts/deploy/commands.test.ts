import { describe, expect, it } from 'vitest'
import { deployCommands, dryRun } from './commands.ts'

const commands = deployCommands(
  { worker: 'w', database: { binding: 'DB', name: 'd' }, queues: ['dlq', 'q'], buckets: ['b'], secrets: ['S'] },
  { config: 'c.toml', secrets: 's.json', sql: 'f.sql' },
)

describe('the commands of a deployment', () => {
  it('are printed in order, with a word on those that may be left out', () => {
    expect(dryRun(commands).split('\n')).toEqual([
      'npx wrangler whoami --json   # stops here unless signed in',
      'npx wrangler d1 list --json',
      'npx wrangler d1 create d --update-config=false   # unless it is in the list',
      'npx wrangler queues info dlq',
      'npx wrangler queues create dlq   # unless there is the queue dlq',
      'npx wrangler queues info q',
      'npx wrangler queues create q   # unless there is the queue q',
      'npx wrangler r2 bucket info b --json',
      'npx wrangler r2 bucket create b --update-config=false   # unless there is the bucket b',
      'npx wrangler d1 migrations apply DB --remote --config c.toml',
      'npx wrangler secret list --format json --config c.toml',
      'npx wrangler deploy --secrets-file s.json --config c.toml   # when secrets are missing: they are made at random',
      'npx wrangler deploy --config c.toml   # otherwise',
      expect.stringMatching(/^npx wrangler d1 execute DB --remote --config c\.toml --json --command 'SELECT /),
      'npx wrangler d1 execute DB --remote --config c.toml --yes --file f.sql   # the first time, or with --new-token',
    ])
  })
})
