import { en } from '../../words/en.ts'
import { t } from '../../words/words.ts'

/** `deleteSource` in words: what somebody did to what. An operation that has none is named as it is. */
export function actionWords(action: string): string {
  const [, verb = '', thing = ''] = /^([a-z]+)(.*)$/.exec(action) ?? []
  const verbKey = `audit.verb.${verb}`
  if (!isKnown(verbKey)) return action
  if (verb === 'sign') return t(verbKey)
  const thingKey = `audit.thing.${thing}`
  return isKnown(thingKey) ? t(verbKey, { thing: t(thingKey) }) : action
}

/** Of a filter: `create*` is everything that was made. */
export function filterWords(action: string): string {
  const key = `audit.verb.${action.slice(0, -1)}`
  return action.endsWith('*') && isKnown(key) ? t(key, { thing: '…' }) : actionWords(action)
}

function isKnown(key: string): key is keyof typeof en {
  return Object.hasOwn(en, key)
}

/** What one may look for: every act that begins so. */
export const AUDIT_ACTIONS = [
  'create*',
  'update*',
  'delete*',
  'signIn',
  'unmaskProfile',
  'exportProfile',
  'erase*',
] as const
