import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configForAccount, databaseId, deployedUrl, firstRows, missingSecrets, resourcesOf } from './resources.ts'

const ID = '4e1c28a9-90e4-41da-8b4b-6cf36e5abb29'

describe('what a deployment reads', () => {
  it('takes every queue once, dead-letter queues included', () => {
    const resources = resourcesOf({
      name: 'w',
      d1_databases: [{ binding: 'DB', database_name: 'd' }],
      r2_buckets: [{ bucket_name: 'b' }],
      queues: { producers: [{ queue: 'q' }, { queue: 'p' }], consumers: [{ queue: 'q', dead_letter_queue: 'dlq' }] },
      secrets: { required: ['S'] },
    })
    expect(resources).toEqual({
      worker: 'w',
      database: { binding: 'DB', name: 'd' },
      queues: ['dlq', 'p', 'q'],
      buckets: ['b'],
      secrets: ['S'],
    })
  })

  it('finds the database in the list of the account', () => {
    const listed = JSON.stringify([
      { uuid: ID, name: 'tributary', created_at: '2026-01-01T00:00:00.000Z', version: 'production' },
    ])
    expect([databaseId(listed, 'tributary'), databaseId(listed, 'other')]).toEqual([ID, undefined])
  })

  it('misses every secret of a Worker that is not there yet, and none that is listed', () => {
    const required = ['A', 'B']
    const complaint =
      '✘ [ERROR] Worker "tributary" not found.\n\nIf this is a new Worker, run `wrangler deploy` first to create it.'
    expect(missingSecrets(required, { ok: false, text: '', complaint })).toEqual(required)
    const text = '[\n  {\n    "name": "A",\n    "type": "secret_text"\n  }\n]'
    expect(missingSecrets(required, { ok: true, text, complaint: '' })).toEqual(['B'])
  })

  it('never takes a failed question for missing secrets: the graph hangs on one of them', () => {
    const complaint = '✘ [ERROR] A request to the Cloudflare API failed. fetch failed'
    expect(missingSecrets(['A'], { ok: false, text: '', complaint })).toBeUndefined()
  })

  it('reads rows and the address from what wrangler writes', () => {
    expect(firstRows('[{"results":[{"tokens":1,"source":null}],"success":true,"meta":{}}]')).toEqual([
      { tokens: 1, source: null },
    ])
    const output = [
      '{"type":"wrangler-session","version":1,"wrangler_version":"4.155.0"}',
      '{"type":"deploy","version":1,"worker_name":"tributary","targets":["https://tributary.example.workers.dev","schedule: * * * * *"]}',
      '',
    ].join('\n')
    expect(deployedUrl(output)).toBe('https://tributary.example.workers.dev')
    expect(deployedUrl('{"type":"deploy","targets":["events.example.com (custom domain)","cdp.example.com"]}')).toBe(
      'https://cdp.example.com',
    )
    expect(deployedUrl('')).toBeUndefined()
  })
})

describe('the configuration of an account', () => {
  it('is wrangler.toml with the id of its database, readable from two folders further down', () => {
    const toml = readFileSync(join(import.meta.dirname, '../../wrangler.toml'), 'utf8')
    const made = configForAccount(toml, ID)
    expect(made).toContain(`database_id = "${ID}"`)
    expect(made).toContain('main = "../../workers/index.ts"')
    expect(made).toContain('migrations_dir = "../../d1-migrations"')
    expect(made).not.toContain('00000000-0000')
    expect(made.split('\n').length).toBe(toml.split('\n').length + 1)
  })
})
