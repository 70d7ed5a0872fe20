import Bowser from 'bowser'
import { isbot } from 'isbot'
import { AGENT_CHARS, type Agent, DEVICE_TYPES, type Device, type DeviceType, type Named } from './agent.ts'
import { cut } from './text.ts'

/**
 * What the text of a user agent says. Browsers froze parts of it: every Windows is `NT 10.0`, every Mac `10_15_7`, every
 * Android in Chrome `10; K`. What is frozen says nothing, and is left out. Costs some 20 µs; callers remember the answer.
 *
 * @law never throws, whatever the text
 */
export function parseAgent(text: string): Agent {
  const ua = cut(text, AGENT_CHARS)
  if (ua.trim() === '') return {}
  const bot = botOf(ua)
  // A program of its own (`MyApp/3 CFNetwork`, `okhttp/4`) is no browser; what it runs on it may say all the same.
  const isBrowser = /^(?:Mozilla|Opera)\//.test(ua) && bot?.verdict !== 'bot'
  const { browser, os, platform } = Bowser.parse(ua)
  const system = systemOf(os.name, os.version, os.versionName, ua)
  const device = isBrowser ? deviceOf(platform, ua) : undefined
  const named = isBrowser ? nameOf(browser.name, browser.version) : undefined
  return {
    ...(named ? { browser: named } : {}),
    ...(system ? { os: system } : {}),
    ...(device ? { device } : {}),
    ...(bot ? { bot } : {}),
  }
}

const HEADLESS = /HeadlessChrome|PhantomJS|SlimerJS|Puppeteer|Playwright|Selenium|Cypress/i
const BOT_WORD = /(?:bot|crawler|spider|externalhit|preview|scraper|monitor|lighthouse)(?![a-z])/i
const NAME_CHARS = 40

function botOf(ua: string): Agent['bot'] {
  const headless = HEADLESS.exec(ua)
  if (headless) return { verdict: 'headless', name: headless[0] }
  if (!isbot(ua)) return undefined
  const name = botName(ua)
  return { verdict: 'bot', ...(name === undefined || name === 'Mozilla' ? {} : { name }) }
}

/** The word with which it names itself: `Googlebot`, `AhrefsBot`, `facebookexternalhit`; else its first word. */
function botName(ua: string): string | undefined {
  const word = BOT_WORD.exec(ua)
  if (!word) return /^[A-Za-z][\w.-]{0,39}/.exec(ua)?.[0]
  const before = /[\w.-]*$/.exec(ua.slice(Math.max(0, word.index - NAME_CHARS), word.index))?.[0] ?? ''
  return before + word[0]
}

export function nameOf(name: string | undefined, version: string | undefined): Named | undefined {
  if (!name) return undefined
  return { name: cut(name, 100), ...(version ? { version: cut(version, 50) } : {}) }
}

function systemOf(
  name: string | undefined,
  version: string | undefined,
  versionName: string | undefined,
  ua: string,
): Named | undefined {
  if (isFrozen(name, ua)) return nameOf(name, undefined)
  return nameOf(name, name === 'Windows' ? versionName : version)
}

function isFrozen(name: string | undefined, ua: string): boolean {
  switch (name) {
    case 'Windows':
      return ua.includes('Windows NT 10.0')
    case 'macOS':
      return /Mac OS X 10[._]15(?:[._]7)?[;)]/.test(ua)
    case 'Android':
      return ua.includes('Android 10; K')
    case 'iOS': // since Safari 26
      return /OS 18_[67](?:_\d+)? like Mac OS X/.test(ua) && /Version\/(?:2[6-9]|[3-9]\d)/.test(ua)
    default:
      return false
  }
}

function deviceOf(platform: { type?: string; vendor?: string; model?: string }, ua: string): Device | undefined {
  const type = DEVICE_TYPES.find((known): known is DeviceType => known === platform.type)
  const model = platform.model ?? androidModel(ua)
  const manufacturer = platform.vendor ?? (model === undefined ? undefined : makerOf(model))
  const device = { ...(type ? { type } : {}), ...(manufacturer ? { manufacturer } : {}), ...(model ? { model } : {}) }
  return Object.keys(device).length > 0 ? device : undefined
}

/** `(Linux; Android 14; SM-S918B Build/UP1A)` → `SM-S918B`; `K` is what Chrome says of every model. */
function androidModel(ua: string): string | undefined {
  const said = /Android [\d.]+; (?:[a-z]{2}[-_][a-zA-Z]{2}; )?([^;()]{2,60}?)(?: Build\/[^;)]*)?[;)]/.exec(ua)?.[1]
  return said === undefined || /^(?:wv|Mobile|Tablet|rv:.*)$/.test(said) ? undefined : said.trim()
}

/** Makers whose models begin with a word of their own. */
const MAKERS: readonly (readonly [RegExp, string])[] = [
  [/^(?:SM-|GT-|SAMSUNG|SHV-|SC-\d)/i, 'Samsung'],
  [/^(?:Pixel|Nexus)/i, 'Google'],
  [/^(?:Redmi|Mi |MI |POCO|Xiaomi|\d{4,}[A-Z0-9]*[CGI]$)/, 'Xiaomi'],
  [/^(?:ONEPLUS|OnePlus)/, 'OnePlus'],
  [/^(?:moto|XT\d)/i, 'Motorola'],
  [/^(?:CPH\d|OPPO)/, 'Oppo'],
  [/^RMX\d/, 'Realme'],
  [/^(?:HUAWEI|ELE-|VOG-|ANE-|LYA-|MAR-)/, 'Huawei'],
  [/^(?:KF[A-Z]{2}|Kindle)/, 'Amazon'],
  [/^Nokia/, 'Nokia'],
]

function makerOf(model: string): string | undefined {
  return MAKERS.find(([pattern]) => pattern.test(model))?.[1]
}
