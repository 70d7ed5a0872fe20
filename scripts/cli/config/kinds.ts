import { createComputedTrait } from '../../../shared/contract/create-computed-trait.ts'
import { createDestination } from '../../../shared/contract/create-destination.ts'
import { createMapping } from '../../../shared/contract/create-mapping.ts'
import { createPlugin } from '../../../shared/contract/create-plugin.ts'
import { createSegment } from '../../../shared/contract/create-segment.ts'
import { createSource } from '../../../shared/contract/create-source.ts'
import { createTrackingPlan } from '../../../shared/contract/create-tracking-plan.ts'
import { createTransformation } from '../../../shared/contract/create-transformation.ts'
import { destinationType } from '../../../shared/destination/index.ts'
import { isObject, type JsonObject } from '../../../shared/kernel/json.ts'
import { pluginType } from '../../../shared/plugin/index.ts'
import { type Keys, type Kind, kind, settingsOf } from './kind.ts'
import { LAKE_KINDS } from './lake-kinds.ts'
import { normalAggregate, normalCondition, normalFilter, normalPlan, normalSteps } from './normal-form.ts'

export type { Keys, Kind, SettingsType } from './kind.ts'

function secretsOfSource(fields: JsonObject): readonly Keys[] {
  const { secrets, basicAuth, bearerToken, verifyToken } = settingsOf(fields)
  return [
    ...(Array.isArray(secrets) ? secrets.map((_, i) => ['secrets', String(i)]) : []),
    ...(isObject(basicAuth) ? [['basicAuth', 'password']] : []),
    ...(bearerToken === undefined ? [] : [['bearerToken']]),
    ...(verifyToken === undefined ? [] : [['verifyToken']]),
  ]
}

/** In the order in which they are made: what comes later may name what came before. */
export const KINDS: readonly Kind[] = [
  kind({
    section: 'sources',
    noun: 'source',
    path: '/api/v1/sources',
    list: 'sources',
    body: createSource.body,
    fixed: ['kind'],
    secrets: secretsOfSource,
  }),
  kind({
    section: 'computedTraits',
    noun: 'computed trait',
    path: '/api/v1/computed-traits',
    list: 'computedTraits',
    key: 'key',
    id: 'key',
    body: createComputedTrait.body,
    normal: normalAggregate,
  }),
  kind({
    section: 'segments',
    noun: 'segment',
    path: '/api/v1/segments',
    list: 'segments',
    key: 'key',
    id: 'key',
    body: createSegment.body,
    // The members of an imported list are data; its condition is the mark that the import left.
    isLeftOut: (document) => document['kind'] === 'file',
    normal: normalCondition,
  }),
  kind({
    section: 'trackingPlans',
    noun: 'tracking plan',
    path: '/api/v1/tracking-plans',
    list: 'trackingPlans',
    body: createTrackingPlan.body,
    sources: [['sources']],
    normal: normalPlan,
  }),
  kind({
    section: 'transformations',
    noun: 'transformation',
    path: '/api/v1/transformations',
    list: 'transformations',
    body: createTransformation.body,
    loose: ['position'],
    sources: [['sources']],
    normal: normalSteps,
  }),
  kind({
    section: 'plugins',
    noun: 'plugin',
    path: '/api/v1/plugins',
    list: 'plugins',
    body: createPlugin.body,
    fixed: ['type'],
    loose: ['position'],
    sources: [['filter', 'sources']],
    normal: normalFilter,
    settingsType: ({ type }) => pluginType(String(type)),
  }),
  kind({
    section: 'destinations',
    noun: 'destination',
    path: '/api/v1/destinations',
    list: 'destinations',
    body: createDestination.body,
    fixed: ['type'],
    normal: normalFilter,
    settingsType: ({ type }) => destinationType(String(type)),
  }),
  kind({
    section: 'mappings',
    noun: 'mapping',
    path: '/api/v1/mappings',
    list: 'mappings',
    id: 'name',
    body: createMapping.body,
    isReplaced: true,
  }),
  ...LAKE_KINDS,
]

export function kindOf(section: string): Kind | undefined {
  return KINDS.find((kind) => kind.section === section)
}
