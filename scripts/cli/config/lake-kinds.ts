import { z } from 'zod'
import { createExpectation } from '../../../shared/contract/create-expectation.ts'
import { createModel } from '../../../shared/contract/create-model.ts'
import { createSync } from '../../../shared/contract/create-sync.ts'
import { ModelSourceBody } from '../../../shared/contract/model-document.ts'
import { isObject, type JsonObject } from '../../../shared/kernel/json.ts'
import { MODEL_SOURCES, type ModelSourceType } from '../../../shared/model/model.ts'
import { DEFAULT_EXPECTATIONS } from '../../../shared/quality/default-expectations.ts'
import { borderOf, type ExpectationKind, type QualityTable } from '../../../shared/quality/expectation.ts'
import { warehouseType } from '../../../shared/warehouse/index.ts'
import { type Kind, kind, type SettingsType } from './kind.ts'
import { InvalidEntry } from './normal-form.ts'

/** What is expected of data has no name in the API: it is known by what it looks at, `events.properties.total.range`. */
function expectationName({ table, column, kind, params, border }: JsonObject): string {
  const what = kind === 'ratio' && isObject(params) ? params['of'] : column
  const usual = borderOf(table as QualityTable, kind as ExpectationKind)
  const parts = [table, what, kind, ...(border === undefined || border === usual ? [] : [border])]
  return parts.filter((part) => part !== undefined && part !== null).join('.')
}

const DEFAULTS = new Map(DEFAULT_EXPECTATIONS.map((one) => [expectationName(one as unknown as JsonObject), one.id]))

const { source: _, ...modelFields } = createModel.body.shape

/** Under `source` in the API, since a model has a type and settings of where its rows are. */
const FlatModel = z.strictObject({ ...modelFields, ...ModelSourceBody.shape })

function modelSource({ type }: JsonObject): SettingsType | undefined {
  return Object.hasOwn(MODEL_SOURCES, String(type)) ? MODEL_SOURCES[type as ModelSourceType] : undefined
}

export const LAKE_KINDS: readonly Kind[] = [
  kind({
    section: 'expectations',
    noun: 'expectation',
    path: '/api/v1/quality/expectations',
    list: 'expectations',
    body: createExpectation.body,
    // What nobody changed of what comes with Tributary.
    isLeftOut: (document) => document['default'] === true && document['updatedAt'] === null,
    // All that it says; what it does not name would stay, and a border follows from the rest.
    isReplaced: true,
    deep: (fields) => ({ ...fields, params: fields['params'] ?? {} }),
    nameOf: expectationName,
    givenId: (name) => DEFAULTS.get(name),
    normal: (fields) => ({
      ...fields,
      border: fields['border'] ?? borderOf(fields['table'] as QualityTable, fields['kind'] as ExpectationKind),
    }),
  }),
  kind({
    section: 'syncs',
    noun: 'sync',
    path: '/api/v1/syncs',
    list: 'syncs',
    body: createSync.body,
    fixed: ['type'],
    settingsType: ({ type }) => warehouseType(String(type)),
  }),
  kind({
    section: 'models',
    noun: 'model',
    path: '/api/v1/models',
    list: 'models',
    body: FlatModel,
    fixed: ['type'],
    named: [{ keys: ['destination'], section: 'destinations' }],
    settingsType: modelSource,
    flat({ source, ...fields }) {
      const misplaced = ['type', 'settings'].filter((field) => Object.hasOwn(fields, field))
      if (misplaced.length > 0)
        throw new InvalidEntry(misplaced.map((path) => ({ path, message: `stands in source: source.${path}` })))
      return { ...fields, ...(isObject(source) ? source : {}) }
    },
    deep({ type, settings, ...fields }) {
      const source = { ...(type === undefined ? {} : { type }), ...(settings === undefined ? {} : { settings }) }
      return { ...fields, source }
    },
  }),
]
