import { describe, expect, test } from 'vitest'
import { hintOf } from '../../../shared/config/source-settings.ts'
import { destinationTypes } from '../../../shared/destination/index.ts'
import type { JsonObject } from '../../../shared/kernel/json.ts'
import { SETTINGS } from '../../../test/support/destination-samples.ts'
import { planOf } from './difference.ts'
import { fileOf } from './file-of.ts'
import { withoutComments } from './json-comments.ts'
import { type Kind, kindOf } from './kinds.ts'
import { entryOf } from './present.ts'
import type { State } from './state.ts'
import { wantedBy } from './wanted.ts'

/** What was pulled is what is there, whatever it is: without the secrets in the environment, and with them. */
const pulled = (state: State) => JSON.parse(withoutComments(fileOf(state).text)) as JsonObject
const RULES = { prune: true, loose: {} }

function planOfPulled(section: string, documents: readonly JsonObject[], env: Record<string, string> = {}) {
  const kind = kindOf(section) as Kind
  const state: State = { [section]: documents.map((document) => entryOf(kind, document, new Map([['src_1', 'shop']]))) }
  const present = { state, ids: new Map([['sources', new Map([['shop', 'src_1']])]]) }
  const { [section]: file } = pulled(state)
  const wanted = wantedBy({ [section]: file } as JsonObject, present, { env, withSecrets: false })
  return { plan: planOf(state, wanted.state, RULES), file: JSON.stringify(file), wanted }
}

describe('a configuration that was pulled', () => {
  test.each(destinationTypes.map((type) => [type.type, type] as const))('has no differences: %s', (name, type) => {
    const settings = type.settings.parse(SETTINGS[name]) as JsonObject
    const secrets = type.secrets.filter((secret) => typeof settings[secret] === 'string')
    const hints = Object.fromEntries(secrets.map((secret) => [secret, hintOf(String(settings[secret]))]))
    const document = {
      id: 'dst_1',
      type: name,
      name: 'Its name',
      enabled: false,
      settings: { ...settings, ...hints },
      filter: {},
      mapping: [{ op: 'hash', path: 'profile.traits.email', normalise: 'email' }],
      consent: null,
      rateLimitPerSecond: 5,
      version: 3,
      createdAt: '2026-03-15T12:00:00.000Z',
    } as JsonObject
    const without = planOfPulled('destinations', [document])
    expect(without.plan).toEqual({ changes: [], unchanged: 1, others: [] })
    const variables = [...without.file.matchAll(/\{"env":"([A-Z0-9_]+)"\}/g)].map((match) => match[1] as string)
    expect(variables).toHaveLength(secrets.length)
    const values = secrets.map((secret) => String(settings[secret]))
    for (const value of values) expect(without.file).not.toContain(value)
    // In the order of the settings, which is that of the file.
    const inOrder = Object.keys({ ...settings, ...hints })
      .filter((key) => secrets.includes(key))
      .map((key) => String(settings[key]))
    const env = Object.fromEntries(variables.map((variable, i) => [variable, inOrder[i] as string]))
    const withThem = planOfPulled('destinations', [document], env)
    expect(withThem.plan.changes).toEqual([])
    expect(withThem.wanted.bodies.get('destinations')?.get('Its name')?.['settings']).toEqual(settings)
  })

  test('has no differences: a webhook source with every setting', () => {
    const source = {
      id: 'src_1',
      name: 'hooks',
      kind: 'webhook',
      enabled: true,
      provider: 'stripe',
      writeKey: 'wk_x',
      livingWriteKeys: 1,
      hookUrl: 'https://t.example/hooks/stripe/src_1',
      settings: {
        publicUrl: 'https://example.com/in?x=1',
        allowedIps: ['203.0.113.0/24'],
        rateLimitPerMinute: 5,
        whenDisabled: 'pause',
        secrets: [{ last4: 'abcd' }, { last4: '' }],
        basicAuth: { user: 'u' },
        bearerToken: { last4: 'wxyz' },
        verifyToken: { last4: '' },
      },
      version: 1,
      createdAt: '2026-03-15T12:00:00.000Z',
    } as JsonObject
    const { plan, wanted, file } = planOfPulled('sources', [source])
    expect(plan.changes).toEqual([])
    expect(file).toContain('{"env":"HOOKS_SECRETS_2"}')
    // Secrets that nobody knows here are sent as the API takes those that stay.
    const sent = wanted.bodies.get('sources')?.get('hooks')?.['settings'] as JsonObject
    expect(sent['secrets']).toEqual([{ last4: 'abcd' }, { last4: '' }])
    expect(sent['basicAuth']).toEqual({ user: 'u' })
  })

  test('names sources, also when what names them was made for one that is gone', () => {
    const one = (name: string, sources: string[]) => ({
      id: name,
      name,
      enabled: true,
      position: 1,
      sources,
      steps: [],
    })
    const { plan, file } = planOfPulled('transformations', [
      one('a', ['src_1']),
      { id: 'b', name: 'b', enabled: true, steps: [] },
    ] as JsonObject[])
    expect(plan.changes).toEqual([])
    expect(file).toContain('["shop"]')
    expect(planOfPulled('transformations', [one('c', ['src_gone'])] as JsonObject[]).plan.changes).toEqual([])
  })
})
