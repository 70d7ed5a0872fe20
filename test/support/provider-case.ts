import { providerOf } from '../../shared/provider/index.ts'
import type { Provider } from '../../shared/provider/provider.ts'
import { eventFaults, recordFaults } from './provider-expect.ts'
import { callOf, type Fields, fields, text } from './provider-input.ts'
import { hmacFaults, oneClickFaults, pushFaults, sigv4Faults } from './provider-primitives.ts'
import { type Answered, answerCall, emptyMemory, isRecord, type Memory, shown } from './provider-run.ts'

/** One item of a vector file against the real code: what is wrong, or nothing. */
export interface VectorFile {
  readonly provider: string
  readonly kind: string
  readonly items: readonly Fields[]
}

export async function faultsOfItem(file: VectorFile, item: Fields): Promise<readonly string[]> {
  const input = fields(item['input']) ?? {}
  const expect = fields(item['expect']) ?? {}
  if (input['plaintext'] !== undefined) return pushFaults(input, expect)
  if (input['access_key'] !== undefined) return sigv4Faults(input, expect)
  if (input['hmac_sha256_key'] !== undefined) return hmacFaults(input, expect)
  if (item['request'] !== undefined && file.provider === 'email')
    return oneClickFaults(fields(item['request']) ?? {}, expect)
  const provider = providerOf(file.provider)
  if (!provider) return [`there is no provider ${file.provider}`]
  return providerFaults(file, provider, item)
}

async function providerFaults(file: VectorFile, provider: Provider, item: Fields): Promise<readonly string[]> {
  const memory = emptyMemory()
  const { sequence, input: _, expect, ...rest } = item
  if (!Array.isArray(sequence)) {
    const answered = await answerItem(provider, item, memory)
    return expectationFaults(file, item, expect, answered, memory)
  }
  const shared = { ...rest, ...fields(item['input']) }
  const answers: Answered[] = []
  const faults: string[] = []
  for (const [i, each] of sequence.entries()) {
    const step = fields(each) ?? {}
    const answered = await answerItem(provider, stepOf(shared, step), memory)
    answers.push(answered)
    const found = expectationFaults(file, item, step['expect'], answered, memory)
    faults.push(...found.map((fault) => `step ${i + 1}: ${fault}`))
  }
  return [...faults, ...wholeFaults(file, item, expect, answers, memory)]
}

/** A step says what is its own; everything else is the item's. A bare payload is a step, too. */
function stepOf(shared: Fields, step: Fields): Fields {
  const named = ['input', 'payload', 'params', 'raw_body', 'body', 'message', 'raw_message', 'signature']
  const isBare = !named.some((name) => step[name] !== undefined || shared[name] !== undefined)
  const own = isBare ? { payload: step } : { ...step, ...fields(step['input']) }
  return step['input'] !== undefined || shared['signature'] !== undefined || shared['secret'] !== undefined
    ? { input: { ...shared, ...own } }
    : { ...shared, ...own }
}

/** Expectations of a whole sequence: a list of answers, a list of all events, or what is left at the end. */
function wholeFaults(file: VectorFile, item: Fields, expect: unknown, answers: readonly Answered[], memory: Memory) {
  if (expect === undefined) return []
  const all: Answered = {
    valid: answers.every(({ valid }) => valid),
    status: answers.at(-1)?.status ?? 0,
    body: answers.at(-1)?.body ?? '',
    events: memory.events,
    duplicates: answers.reduce((sum, { duplicates }) => sum + duplicates, 0),
    dead_letters: answers.reduce((sum, { dead_letters }) => sum + dead_letters, 0),
  }
  const isPerStep =
    Array.isArray(expect) &&
    expect.some((each) => ['valid', 'status', 'events', 'duplicate'].some((name) => fields(each)?.[name] !== undefined))
  if (!isPerStep) return expectationFaults(file, item, expect, all, memory)
  const steps = expect as readonly unknown[]
  if (steps.length !== answers.length) return [`${answers.length} calls, and ${steps.length} expectations`]
  return answers.flatMap((answered, i) =>
    expectationFaults(file, item, steps[i], answered, memory).map((fault) => `step ${i + 1}: ${fault}`),
  )
}

function answerItem(provider: Provider, item: Fields, memory: Memory): Promise<Answered> {
  const input = fields(item['input']) ?? requestInput(item)
  if (input) return answerCall(provider, callOf(provider.name, input), memory)
  return answerCall(provider, callOf(provider.name, sampleOf(provider, item)), memory, true)
}

/** A whole request, as an HTTP sample writes it, beside the settings. */
function requestInput(item: Fields): Fields | undefined {
  const request = fields(item['request'])
  if (!request) return undefined
  const { body, path, url, ...rest } = request
  const query = String(path ?? url ?? '')
    .split('?')
    .slice(1)
    .join('?')
  return {
    ...item,
    query,
    ...rest,
    ...(body === undefined ? {} : { raw_body: body }),
    ...(url === undefined ? {} : { url }),
  }
}

/** A payload sample as the call that would have brought it. */
function sampleOf(provider: Provider, item: Fields): Fields {
  const base = { id: item['svix_id'] ?? item['webhook_id'] ?? item['id'], ...item }
  if (provider.name !== 'ses') return base
  const Message = text(item['raw_message']) ?? JSON.stringify(item['payload'])
  const message = { Type: 'Notification', MessageId: item['sns_message_id'] ?? item['id'], Message }
  return { message }
}

/** Words that explain and expect nothing. */
const REMARKS = new Set(['needs', 'why', 'note', 'reason', 'error', 'detail', 'comment', 'shows', 'same_as'])

function expectationFaults(
  file: VectorFile,
  item: Fields,
  expect: unknown,
  answered: Answered,
  memory: Memory,
): readonly string[] {
  if (expect === undefined) return []
  if (Array.isArray(expect)) {
    const status =
      item['status'] === undefined || item['status'] === answered.status ? [] : [`status ${answered.status}`]
    return [...status, ...eventFaults(expect, shown(answered.events))]
  }
  const wanted = fields(expect)
  if (!wanted) return ['the expectation cannot be read']
  const records = answered.events.filter(isRecord)
  const inherited =
    wanted['same_as'] === undefined ? undefined : file.items.find((each) => each['id'] === wanted['same_as'])
  const faults = inherited ? [...expectationFaults(file, item, inherited['expect'], answered, memory)] : []
  if (wanted['same_as'] !== undefined && !inherited) faults.push(`there is no item ${String(wanted['same_as'])}`)
  for (const [name, value] of Object.entries(wanted)) {
    if (name === 'op' || name === 'record' || RECORD_WORDS.has(name)) continue
    faults.push(...fieldFaults(name, value, answered, memory))
  }
  const ofRecord = Object.fromEntries(Object.entries(wanted).filter(([name]) => RECORD_WORDS.has(name)))
  return Object.keys(ofRecord).length > 0 ? [...faults, ...recordFaults(ofRecord, records)] : faults
}

const RECORD_WORDS = new Set(
  'op record records set clear must_not_touch enriched_only must_not_write_fields replayId replay_id entity refetch dedup'.split(
    ' ',
  ),
)

function fieldFaults(name: string, value: unknown, answered: Answered, memory: Memory): readonly string[] {
  const is = (actual: unknown) =>
    actual === value ? [] : [`${name} is ${JSON.stringify(actual)}, not ${JSON.stringify(value)}`]
  switch (name) {
    case 'valid': {
      const found = is(answered.valid)
      return found.length > 0 && answered.refusal ? [`${found[0]} (${answered.refusal})`] : found
    }
    case 'status':
      return is(answered.status)
    case 'status_in':
      return Array.isArray(value) && value.includes(answered.status) ? [] : [`status is ${answered.status}`]
    case 'body':
      return is(answered.body)
    case 'events':
      return Array.isArray(value) ? eventFaults(value, shown(answered.events)) : is(shown(answered.events).length)
    case 'event_count':
    case 'count':
      return is(shown(answered.events).length)
    case 'duplicate':
      return is(answered.duplicates > 0)
    case 'duplicates':
      return is(answered.duplicates)
    case 'dead_letter':
      return is(answered.dead_letters > 0)
    case 'ack':
      return is(answered.body.includes('<Ack>true</Ack>'))
    case 'ops':
      return JSON.stringify(answered.events.filter(isRecord).map(({ op }) => op)) === JSON.stringify(value)
        ? []
        : ['other operations']
    case 'bad':
    case 'bad_events':
    case 'dead_letters':
      return Array.isArray(value)
        ? value.length === answered.dead_letters
          ? []
          : [`${answered.dead_letters} dead letters`]
        : is(answered.dead_letters)
    case 'state':
    case 'final_state':
      return is([...memory.standings.values()].at(-1)?.state)
    case 'suppressed':
      return is(memory.suppressed.size > 0)
    case 'refusal':
      return is(answered.refusal)
    default:
      return REMARKS.has(name) ? [] : [`the expectation "${name}" is not understood`]
  }
}
