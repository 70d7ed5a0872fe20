import type { Event } from '../event/event.ts'
import { cleanText, isObject, type JsonObject, own } from '../kernel/json.ts'
import { cut, textOf } from './text.ts'

/** The page that an event happened on, as the SDK tells of it: context.page, of a page call also its properties. */
export interface Page {
  readonly host: string | undefined
  readonly query: readonly Parameter[]
  /** As sent; `''` when the SDK says that there was none. */
  readonly referrer: string | undefined
}
export type Parameter = readonly [name: string, value: string]

/** Longer addresses are cut before they are taken apart. */
const ADDRESS_CHARS = 8_192
const MOST_PARAMETERS = 200

export function pageOf({ type, context, properties }: Event): Page | undefined {
  const told = own(context, 'page')
  const inContext = isObject(told) ? told : undefined
  const inCall = type === 'page' ? properties : undefined
  const url = said('url', inContext, inCall)
  const search = said('search', inContext, inCall)
  const referrer = said('referrer', inContext, inCall)
  if (url === undefined && search === undefined && referrer === undefined) return undefined
  const mark = url?.indexOf('?') ?? -1
  const query = search || (mark === -1 ? '' : (url?.slice(mark + 1).split('#', 1)[0] ?? ''))
  return {
    host: url === undefined ? undefined : hostOf(url),
    query: parametersOf(query),
    // RudderStack's word for none.
    referrer: referrer === '$direct' ? '' : referrer,
  }
}

function said(field: string, ...places: readonly (JsonObject | undefined)[]): string | undefined {
  let empty: string | undefined
  for (const place of places) {
    const value = place && own(place, field)
    if (textOf(value) !== undefined) return cut(value as string, ADDRESS_CHARS)
    if (value === '') empty = ''
  }
  return empty
}

/** @example hostOf('https://User@Shop.example:8443/a?b') // 'shop.example' */
export function hostOf(url: string): string | undefined {
  const host = /^[a-z][a-z0-9+.-]{0,30}:\/\/(?:[^/?#@]*@)?([^/?#:@]{1,253})/i.exec(url)?.[1]
  return host?.toLowerCase().replace(/\.$/, '')
}

/** The parameters of a query, decoded where they can be. */
export function parametersOf(query: string): readonly Parameter[] {
  const text = query.startsWith('?') ? query.slice(1) : query
  if (text === '') return []
  return text
    .split('&', MOST_PARAMETERS)
    .filter((part) => part !== '')
    .map((part): Parameter => {
      const equals = part.indexOf('=')
      return equals === -1 ? [decoded(part), ''] : [decoded(part.slice(0, equals)), decoded(part.slice(equals + 1))]
    })
}

/** What is no percent-encoding stands for itself. Decoding may bring forth what cleaning took out before. */
function decoded(text: string): string {
  const spaced = text.replaceAll('+', ' ')
  if (!spaced.includes('%')) return spaced
  try {
    return cleanText(decodeURIComponent(spaced))
  } catch {
    return spaced
  }
}
