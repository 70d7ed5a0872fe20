import type { z } from 'zod'
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
import { normalAggregate, normalCondition, normalFilter, normalPlan, normalSteps } from './normal-form.ts'

/** A path as keys; a key may have dots in it. */
export type Keys = readonly string[]

/** What a secret may be kept by: the settings of a type of destination or plugin. */
export interface SettingsType {
  readonly settings: z.ZodObject
  readonly secrets: readonly string[]
}

/** A section of the file, and the part of the API that it is. */
export interface Kind {
  readonly section: string
  readonly noun: string
  readonly path: string
  /** What its document is known by: the names are those of the file where the API makes ids. */
  readonly key: 'name' | 'key'
  /** What stands in the path of one: its key, or an id. */
  readonly id: 'name' | 'key' | 'id'
  /** The list in the answer. */
  readonly list: string
  /** What may be written; the contract of making one. */
  readonly body: z.ZodObject
  /** Fields that cannot be changed once it is there. */
  readonly fixed: readonly string[]
  /** Fields that stay as they are where the file does not name them. */
  readonly loose: readonly string[]
  /** Lists of ids of sources, which the file has by name. */
  readonly sources: readonly Keys[]
  /** PUT replaces the whole of it, and takes no null. */
  readonly isReplaced: boolean
  /** Documents that are no configuration. */
  readonly isLeftOut?: (document: JsonObject) => boolean
  /** The one form of what can be written in several. @throws InvalidEntry */
  readonly normal?: (fields: JsonObject) => JsonObject
  readonly settingsType?: (fields: JsonObject) => SettingsType | undefined
  /** Where its settings have secrets, below `settings`. */
  readonly secrets: (fields: JsonObject) => readonly Keys[]
}

type Some = Pick<Kind, 'section' | 'noun' | 'path' | 'list' | 'body'> & Partial<Kind>

function kind(some: Some): Kind {
  return {
    key: 'name',
    id: 'id',
    fixed: [],
    loose: [],
    sources: [],
    isReplaced: false,
    secrets: (fields) => ofType(fields, some.settingsType?.(fields)?.secrets ?? []),
    ...some,
  }
}

function settingsOf(fields: JsonObject): JsonObject {
  const settings = fields['settings']
  return isObject(settings) ? settings : {}
}

function ofType(fields: JsonObject, secrets: readonly string[]): readonly Keys[] {
  return secrets.filter((name) => Object.hasOwn(settingsOf(fields), name)).map((name) => [name])
}

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
]

export function kindOf(section: string): Kind | undefined {
  return KINDS.find((kind) => kind.section === section)
}
