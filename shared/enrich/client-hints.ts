import { isObject, type JsonObject, type JsonValue, own } from '../kernel/json.ts'
import type { Agent, Device, Named } from './agent.ts'
import { nameOf } from './parse-agent.ts'
import { cut, textOf } from './text.ts'

/**
 * What a browser says of itself in `navigator.userAgentData` (contracts/sdk.md: `context.userAgentData`), which is not
 * frozen like the text. Whatever is missing or of another type is not said.
 */
export function hintedAgent(hints: JsonValue | undefined): Agent {
  if (!isObject(hints)) return {}
  const brands = brandsOf(own(hints, 'fullVersionList')) ?? brandsOf(own(hints, 'brands'))
  const browser = brands && browserOf(brands)
  const os = systemOf(hints)
  const device = deviceOf(hints)
  return {
    ...(browser ? { browser } : {}),
    ...(os ? { os } : {}),
    ...(device ? { device } : {}),
    ...(brands?.some(({ name }) => /headless/i.test(name))
      ? { bot: { verdict: 'headless', name: 'HeadlessChrome' } }
      : {}),
  }
}

const MOST_BRANDS = 20

function brandsOf(list: JsonValue | undefined): readonly Named[] | undefined {
  if (!Array.isArray(list)) return undefined
  const brands = (list as readonly JsonValue[]).slice(0, MOST_BRANDS).flatMap((entry) => {
    const name = isObject(entry) ? textOf(own(entry, 'brand')) : undefined
    const brand = nameOf(name, isObject(entry) ? textOf(own(entry, 'version')) : undefined)
    return brand ? [brand] : []
  })
  return brands.length > 0 ? brands : undefined
}

/** As the text's parser calls them. */
const BRANDS: ReadonlyMap<string, string> = new Map([
  ['Google Chrome', 'Chrome'],
  ['HeadlessChrome', 'Chrome'],
  ['Opera GX', 'Opera'],
  ['YaBrowser', 'Yandex Browser'],
  ['Samsung Internet', 'Samsung Internet for Android'],
])

/** Every list holds `Chromium`, a brand that exists to keep parsers honest (`Not?A_Brand`), and the browser itself. */
function browserOf(brands: readonly Named[]): Named | undefined {
  const real = brands.filter(({ name }) => !/^[\s(;]?not[^a-z]/i.test(name))
  const found = real.find(({ name }) => name !== 'Chromium') ?? real[0]
  return found && { ...found, name: BRANDS.get(found.name) ?? found.name }
}

function systemOf(hints: JsonObject): Named | undefined {
  const platform = textOf(own(hints, 'platform'))
  if (platform === undefined || platform === 'Unknown') return undefined
  const name = platform === 'Mac OS X' ? 'macOS' : platform
  const version = textOf(own(hints, 'platformVersion'))
  return nameOf(name, name === 'Windows' ? windowsVersion(version) : version)
}

/** Windows counts its API here: 13 and above is Windows 11, 1 to 10 is Windows 10, 0 is older. */
function windowsVersion(version: string | undefined): string | undefined {
  const major = Number(version?.split('.')[0])
  if (version === undefined || !Number.isInteger(major) || major < 1) return undefined
  return major >= 13 ? '11' : '10'
}

function deviceOf(hints: JsonObject): Device | undefined {
  const mobile = own(hints, 'mobile')
  const said = textOf(own(hints, 'model'))
  const model = said === undefined ? undefined : cut(said, 100)
  // `false` is said by tablets too, and the text tells them from desktops.
  if (mobile !== true && model === undefined) return undefined
  return { ...(mobile === true ? { type: 'mobile' as const } : {}), ...(model === undefined ? {} : { model }) }
}
