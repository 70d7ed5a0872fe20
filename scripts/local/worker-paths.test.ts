import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { contracts } from '../../shared/contract/index.ts'
import { INGEST_PATHS } from '../../workers/ingest/ingest-route.ts'
import { workerPaths } from './worker-paths.ts'

const toml = readFileSync('wrangler.toml', 'utf8')
const patterns = [...(/run_worker_first = \[([^\]]*)\]/.exec(toml)?.[1]?.matchAll(/"([^"]+)"/g) ?? [])].map(
  (match) => match[1] as string,
)
const isWorkers = workerPaths(patterns)

describe('which paths are the Worker’s', () => {
  test('every path of the API, with its aliases, and every path that SDKs call', () => {
    const paths = [...contracts.flatMap(({ path, aliases = [] }) => [path, ...aliases]), ...INGEST_PATHS, '/hooks/x/y']
    expect(paths.filter((path) => !isWorkers(path))).toEqual([])
  })

  test.each(['/', '/profiles/prf_1', '/live', '/assets/index-abc.js', '/healthy', '/settings', '/docsy'])(
    '%s is the portal’s',
    (path) => {
      expect(isWorkers(path)).toBe(false)
    },
  )
})
