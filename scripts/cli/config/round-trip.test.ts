import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hintOf } from '../../../shared/config/source-settings.ts'
import { WorkspacePatch } from '../../../shared/config/workspace-patch.ts'
import { destinationTypes } from '../../../shared/destination/index.ts'
import { isObject, type JsonObject, type JsonValue } from '../../../shared/kernel/json.ts'
import { SETTINGS } from '../../../test/support/destination-samples.ts'
import { planOf } from './difference.ts'
import { fileOf } from './file-of.ts'
import { type Kind, kindOf } from './kinds.ts'
import { InvalidEntry } from './normal-form.ts'
import { entryOf, settingsFields } from './present.ts'
import { decidedSettings, settingsPatch } from './settings-change.ts'
import type { State } from './state.ts'
import { wantedBy } from './wanted.ts'

/** What was pulled is what is there, whatever it is, and plain JSON: without the secrets in the environment, and with them. */
const pulled = (state: State) => JSON.parse(fileOf(state).text) as JsonObject
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

test('has no differences: settings of a workspace, every one of them changed', () => {
  const settings = {
    windowMs: 1,
    graceMs: 2,
    lateEvents: 'archive_only',
    profileRatePerMinute: 3,
    identity: {
      types: { loyalty: { priority: 25, limit: 3, windowMs: 5_000, blockedValues: ['x'] } },
      sharedAfterAnchors: 4,
      blockedValues: ['nobody'],
      uniqueType: 'loyalty',
      defaultCountry: 'DE',
      sharedDevice: 'move',
      anonymousDays: 5,
      growthAlarm: 6,
      matching: { mode: 'review', fields: { nick: 'full' } },
    },
    retention: { timelineDays: 7, bronzeDays: 8, silverDays: 9 },
    consent: {
      absent: { email: 'granted' },
      regions: { DE: { '*': 'denied' } },
      expiresAfterDays: { email: 10 },
      traits: { newsletter: 'email' },
    },
    tracking: { domain: 't.example.com', linkDays: 11, keepKeysDays: 12, rotatedAt: [1], revokedBelow: 2 },
    pipeline: {
      stages: ['enrich', 'transform'],
      sources: { src_1: { stages: ['plan'], enrich: { ip: 'drop' } }, src_gone: { stages: [] } },
    },
  }
  const names = (id: string) => (id === 'src_1' ? 'shop' : id)
  const state: State = { workspace: [{ name: 'settings', fields: settingsFields(settings, names) }] }
  const present = { state, ids: new Map([['sources', new Map([['shop', 'src_1']])]]) }
  const { workspace } = pulled(state)
  expect(JSON.stringify(workspace)).not.toMatch(/null|rotatedAt|src_1/)
  const wanted = wantedBy({ workspace } as JsonObject, present, { env: {}, withSecrets: false })
  expect(planOf(state, wanted.state, RULES).changes).toEqual([])
  // And from there back to the defaults, which are what an empty section says.
  const back = wantedBy({ workspace: {} }, present, { env: {}, withSecrets: false })
  const [before, after] = [present.state, back.state].map(({ workspace }) => workspace?.[0]?.fields as JsonObject)
  const patch = settingsPatch(before as JsonObject, after as JsonObject)
  expect(WorkspacePatch.safeParse(patch).error?.issues).toBeUndefined()
  expect(patch).toMatchObject({ windowMs: 2_000, identity: { types: { loyalty: null }, defaultCountry: null } })
})

test('a patch of settings makes of the one what the other is, though what has its default was never kept', () => {
  // As SQLite's json_patch does it.
  const merged = (kept: JsonValue | undefined, patch: JsonValue): JsonValue => {
    if (!isObject(patch)) return patch
    const after: Record<string, JsonValue> = isObject(kept) ? { ...kept } : {}
    for (const [key, inner] of Object.entries(patch)) {
      if (inner === null) delete after[key]
      else after[key] = merged(after[key], inner)
    }
    return after
  }
  const fields = fc.dictionary(fc.constantFrom('email', 'company', 'nick'), fc.constantFrom('email', 'full', 'text'))
  const types = fc.dictionary(
    fc.constantFrom('email', 'loyalty'),
    fc.record({ limit: fc.integer({ min: 1, max: 9 }), blockedValues: fc.constant(['x']) }, { requiredKeys: [] }),
  )
  const some = fc
    .record(
      {
        windowMs: fc.constantFrom(2_000, 5),
        identity: fc.record(
          {
            types,
            defaultCountry: fc.constant('DE'),
            matching: fc.record({ mode: fc.constantFrom('off', 'review'), fields }, { requiredKeys: [] }),
          },
          { requiredKeys: [] },
        ),
        pipeline: fc.record({
          sources: fc.dictionary(fc.constantFrom('a', 'b'), fc.record({ stages: fc.constant([]) })),
        }),
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.parse(JSON.stringify(value)) as JsonObject)
  const read = (kept: JsonValue) => settingsFields(kept, (source) => source)
  fc.assert(
    fc.property(some, some, (kept, wanted) => {
      const patch = settingsPatch(read(kept), read(wanted))
      expect(WorkspacePatch.safeParse(patch).success).toBe(true)
      expect(read(merged(kept, patch))).toEqual(read(wanted))
      // What is written as decided is read as the same.
      expect(read(decidedSettings(read(wanted), read({})))).toEqual(read(wanted))
    }),
  )
})

test('a new thing whose secret only the pipeline has is planned without it, and is not applied', () => {
  const settings = { url: 'https://example.com/in', secret: { env: 'CRM_SECRET' } }
  const file = { destinations: [{ type: 'webhook', name: 'CRM', settings }] } as unknown as JsonObject
  const present = { state: { destinations: [] }, ids: new Map() }
  const read = (isLookedAt: boolean) => wantedBy(file, present, { env: {}, withSecrets: false, isLookedAt })
  const planned = read(true)
  expect(planned.notes).toEqual(['CRM_SECRET is not set: apply needs it'])
  expect(planOf(present.state, planned.state, RULES).changes).toMatchObject([{ kind: 'create', name: 'CRM' }])
  expect(() => read(false)).toThrow(InvalidEntry)
})
