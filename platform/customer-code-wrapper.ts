import { CODE_LIMITS } from './customer-code-types.ts'

/**
 * The main module of the Worker that runs a customer's module, as text: it has to be a module of its own beside the
 * customer's. It reads lines of JSON (the settings, then the events), calls the customer's function, and answers lines:
 * first what there is to say of the call, then one per event.
 *
 * Customer code lives in the same realm and may bend everything in here; then its own answer is bent, which is read as
 * data outside (customer-code-lines.ts) and believed in nothing. What keeps others safe is the isolate around both.
 */
export const WRAPPER = String.raw`
import { AsyncLocalStorage } from 'node:async_hooks'

const { parse, stringify } = JSON
const book = new AsyncLocalStorage()
const outside = globalThis.fetch
delete globalThis.caches

const LEVELS = ['debug', 'log', 'info', 'warn', 'error']
const quiet = {}
for (const name of Object.getOwnPropertyNames(console)) {
  if (typeof console[name] === 'function') quiet[name] = (...args) => note(LEVELS.includes(name) ? name : 'log', args)
}
globalThis.console = quiet

/* Our proxy cannot throw into the caller: it answers why it refused, and this throws. */
globalThis.fetch = async function fetch(...args) {
  const response = await outside(...args)
  const refused = response.headers.get('x-tributary-refused')
  if (refused !== null) throw new TypeError(decodeURIComponent(refused))
  return response
}

function note(level, args) {
  const lines = book.getStore()
  if (!lines || lines.length >= ${CODE_LIMITS.logLines}) return
  lines.push({ level, text: args.map(said).join(' ').slice(0, ${CODE_LIMITS.logChars}) })
}

function said(value) {
  try {
    if (typeof value === 'string') return value
    if (value instanceof Error) return (value.name + ': ' + value.message).slice(0, 480) + at(value)
    return stringify(value) ?? String(value)
  } catch {
    return '[' + typeof value + ']'
  }
}

function at(fault) {
  const place = /customer\.js:(\d+):\d+/.exec(String(fault?.stack))
  return place ? ' (line ' + place[1] + ')' : ''
}

function failure(fault, otherwise = 'threw') {
  const detail = said(fault).slice(0, 500)
  const reason = /not permitted to access the internet|^TypeError: fetch to [^ ]+ is not allowed/.test(detail) ? 'not_allowed' : otherwise
  return { failed: { reason, detail } }
}

function frozen(value) {
  if (typeof value !== 'object' || value === null) return value
  for (const key of Object.keys(value)) frozen(value[key])
  return Object.freeze(value)
}

/* One line for what was answered to an event of so many characters. */
function lineOf(value, chars) {
  if (value === undefined) return '{}'
  let text
  try {
    text = stringify(value)
  } catch (fault) {
    return stringify(failure(fault, 'not_json'))
  }
  if (text === undefined) return stringify({ failed: { reason: 'not_json', detail: 'answered a ' + typeof value } })
  if (text.length <= chars + ${CODE_LIMITS.addedBytes}) return '{"value":' + text + '}'
  const detail = 'answered ' + text.length + ' characters to an event of ' + chars
  return stringify({ failed: { reason: 'too_large', detail } })
}

async function run(text) {
  const [first, ...events] = text.split('\n')
  let module
  try {
    module = await import('./customer.js')
  } catch (fault) {
    const unknown = /^Error: No such module/.test(said(fault))
    return [failure(fault, unknown ? 'not_allowed' : fault instanceof SyntaxError ? 'syntax' : 'threw')]
  }
  const { onEvent, onBatch } = module
  const context = { settings: frozen(parse(first)) }
  if (typeof onBatch === 'function') {
    if (events.length === 0) return [{}]
    try {
      const answers = await onBatch(events.map((event) => parse(event)), context)
      if (!Array.isArray(answers) || answers.length !== events.length) {
        const what = Array.isArray(answers) ? answers.length + ' items' : said(answers).slice(0, 100)
        throw new TypeError('onBatch must answer an array with one item for each of ' + events.length + ' events, not ' + what)
      }
      return [{}, ...events.map((event, i) => lineOf(answers[i], event.length))]
    } catch (fault) {
      return [failure(fault)]
    }
  }
  if (typeof onEvent !== 'function') {
    return [{ failed: { reason: 'syntax', detail: 'the module must export a function onEvent or onBatch' } }]
  }
  const one = async (event) => {
    try {
      return lineOf(await onEvent(parse(event), context), event.length)
    } catch (fault) {
      return stringify(failure(fault))
    }
  }
  return [{}, ...(await Promise.all(events.map(one)))]
}

export default {
  async fetch(request) {
    const logs = []
    const text = await request.text()
    const [head, ...lines] = await book.run(logs, () => run(text))
    const chars = lines.reduce((sum, line) => sum + line.length, 0)
    if (chars > text.length + ${CODE_LIMITS.addedBytesInAll}) {
      const detail = 'answered ' + chars + ' characters to ' + text.length
      return new Response(stringify({ failed: { reason: 'too_large', detail }, logs }))
    }
    return new Response([stringify({ ...head, logs }), ...lines].join('\n'))
  },
}
`
