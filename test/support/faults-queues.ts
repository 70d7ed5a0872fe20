import { consume } from '../../queues/index.ts'
import { dyingAt, InjectedFault } from './faults.ts'
import type { OutwardCall } from './faults-env.ts'

/**
 * Queues in memory around the real consumers, on a clock of their own, with the rules of wrangler.toml: batches, retries
 * with delay, the dead letter queue after the last. They do what production's may: deliver twice (also at the same time),
 * out of order, again although it was acknowledged; and the consumer may die at any of its calls. Everything by a seed.
 */
export interface QueueRules {
  readonly batch: number
  readonly retries: number
  readonly dead: string | undefined
  readonly delaySeconds: number
}

export interface Chaos {
  readonly random: () => number
  /** Of a call out: refused, or its answer lost. */
  readonly fault: number
  /** Of a call out: it takes a moment longer than others that began after it. */
  readonly delay: number
  /** Of a batch: the consumer dies at one of its calls. */
  readonly death: number
  /** Of a message: it is delivered twice; it comes again though it was acknowledged. */
  readonly duplicate: number
  readonly lostAck: number
  /** After a round of batches: the isolate forgets what it knew; objects are evicted. */
  readonly forget: number
  readonly evict: number
  /** Over how many seconds the messages come in. */
  readonly spreadSeconds: number
  /** The consumer dies exactly there: at a call, counted from 1, of a batch, counted from 1. */
  readonly dies?: Doom
  /** A planted fault: consumers that acknowledge before all is durable. Whoever dies has acknowledged already. */
  readonly acksFirst?: true
  /** While it lasts, calls whose name begins so are refused. Milliseconds of the queues' clock. */
  readonly outages: readonly { readonly of: string; readonly from: number; readonly to: number }[]
}

export interface Doom {
  readonly batch: number
  readonly call: number
  readonly when: 'before' | 'after'
}

/** As on a quiet day: everything in order, in as few batches as may be. */
export const QUIET: Chaos = {
  random: () => 0.99,
  fault: 0,
  delay: 0,
  death: 0,
  duplicate: 0,
  lostAck: 0,
  forget: 0,
  evict: 0,
  spreadSeconds: 0,
  outages: [],
}

interface Waiting {
  readonly id: string
  readonly queue: string
  readonly body: string
  readonly attempts: number
  readonly dueAt: number
}

export interface Happened {
  refused: number
  lost: number
  outages: number
  deaths: number
  duplicates: number
  lostAcks: number
  batches: number
  /** Queues that gave a message up. */
  readonly buried: string[]
}

const BINDINGS: Readonly<Record<string, string>> = {
  EVENTS_0: 'tributary-events-0',
  EVENTS_1: 'tributary-events-1',
  EFFECTS: 'tributary-effects',
  JOBS: 'tributary-jobs',
  MATCHING: 'tributary-matching',
  DEAD_LETTERS: 'tributary-dead-letters',
}

/** Chance alone must not make a queue give up: what has failed so often meets outages and no other faults. */
const CALM_AFTER = 8
/** A consumer takes so many steps at most before a story is thought to go round in circles. */
const MOST_BATCHES = 5_000

export class FaultyQueues {
  readonly happened: Happened = {
    refused: 0,
    lost: 0,
    outages: 0,
    deaths: 0,
    duplicates: 0,
    lostAcks: 0,
    batches: 0,
    buried: [],
  }
  /** The calls that each batch made. */
  readonly calls: (readonly OutwardCall[])[] = []
  /** Milliseconds since the story began. */
  now = 0
  readonly #env: Env
  readonly #chaos: Chaos
  readonly #rules = rulesOfWrangler()
  #waiting: Waiting[] = []
  #serial = 0

  constructor(env: Env, chaos: Chaos) {
    const queues = Object.entries(BINDINGS).map(([binding, name]) => [binding, this.#queueOf(name)])
    this.#env = { ...env, ...Object.fromEntries(queues) } as Env
    this.#chaos = chaos
  }

  send(queue: string, body: string, delaySeconds = 0): void {
    this.#serial += 1
    this.#put({ id: `msg-${this.#serial}`, queue, body, attempts: 1, dueAt: this.now + delaySeconds * 1_000 })
  }

  /** Delivers until nothing waits. `between`: after each round of batches, when no consumer runs. */
  async run(between: () => Promise<void> = async () => {}): Promise<void> {
    const { random } = this.#chaos
    while (this.#waiting.length > 0) {
      if (this.happened.batches > MOST_BATCHES) throw new Error(`${this.#waiting.length} messages are never settled`)
      this.now = Math.max(this.now, Math.min(...this.#waiting.map(({ dueAt }) => dueAt)))
      const batches = Array.from({ length: 1 + Math.floor(random() * 3) }, () => this.#nextBatch())
      await Promise.all(batches.map((batch) => this.#deliver(batch)))
      this.now += Math.floor(random() * 500)
      await between()
    }
  }

  #queueOf(name: string): Queue {
    return {
      send: async (body: unknown, options?: QueueSendOptions) => this.send(name, String(body), options?.delaySeconds),
      sendBatch: async (messages: Iterable<MessageSendRequest>) => {
        for (const { body, delaySeconds } of messages) this.send(name, String(body), delaySeconds)
      },
      metrics: async () => ({
        backlogCount: this.#waiting.filter(({ queue }) => queue === name).length,
        backlogBytes: 0,
        oldestMessageTimestamp: undefined,
      }),
    } as unknown as Queue
  }

  #put(message: Waiting): void {
    this.#waiting.push(message)
    if (this.#chaos.random() < this.#chaos.duplicate) {
      this.happened.duplicates += 1
      this.#waiting.push({ ...message })
    }
  }

  /** Some of the messages of one queue that are due, in any order. */
  #nextBatch(): readonly Waiting[] {
    const { random } = this.#chaos
    const due = this.#waiting.filter(({ dueAt }) => dueAt <= this.now)
    const first = due[Math.floor(random() * due.length)]
    if (!first) return []
    const most = Math.min(this.#rules.get(first.queue)?.batch ?? 10, 1 + Math.floor(random() * 20))
    const taken: Waiting[] = []
    for (const message of shuffled(due, random)) {
      // One batch has a message once; its twin goes with another, perhaps at the same time.
      if (message.queue !== first.queue || taken.some(({ id }) => id === message.id)) continue
      taken.push(message)
      if (taken.length === most) break
    }
    this.#waiting = this.#waiting.filter((message) => !taken.includes(message))
    return taken
  }

  async #deliver(messages: readonly Waiting[]): Promise<void> {
    const [first] = messages
    if (!first) return
    const { random, death } = this.#chaos
    this.happened.batches += 1
    const isCalm = isTried(messages)
    const dies = !isCalm && random() < death
    const chance: Doom = {
      batch: this.happened.batches,
      call: dies ? 1 + Math.floor(random() * 25) : Number.POSITIVE_INFINITY,
      when: random() < 0.5 ? 'before' : 'after',
    }
    const doom = this.#chaos.dies?.batch === this.happened.batches ? this.#chaos.dies : chance
    const dying = dyingAt(this.#env, doom.call, doom.when, (call, work) => this.#strike(call, work, isCalm))
    this.calls.push(dying.calls)
    const { batch, settledBy } = aBatch(first.queue, messages)
    let thrown = false
    try {
      await consume(batch, dying.env)
    } catch (fault) {
      if (!(fault instanceof InjectedFault)) throw fault
      thrown = true
    }
    if (dying.isDead()) this.happened.deaths += 1
    const isLost = thrown || dying.isDead()
    const lost: Settlement | undefined = this.#chaos.acksFirst ? { kind: 'ack' } : undefined
    for (const message of messages) this.#settle(message, isLost ? lost : settledBy(message.id))
  }

  /** As a queue takes it: what was neither acknowledged nor retried when a consumer ends well is acknowledged. */
  #settle(message: Waiting, settlement: Settlement | undefined): void {
    if (settlement?.kind !== 'ack') this.#again(message, settlement?.delaySeconds)
    else if (!isTried([message]) && this.#chaos.random() < this.#chaos.lostAck) {
      this.happened.lostAcks += 1
      this.#again(message, undefined)
    }
  }

  #again(message: Waiting, delaySeconds: number | undefined): void {
    const rules = this.#rules.get(message.queue)
    const dueAt = this.now + (delaySeconds ?? rules?.delaySeconds ?? 0) * 1_000
    const attempts = message.attempts + 1
    if (attempts <= 1 + (rules?.retries ?? 3)) {
      this.#waiting.push({ ...message, attempts, dueAt })
      return
    }
    this.happened.buried.push(`${message.queue}: ${message.body.slice(0, 300)}`)
    if (!rules?.dead) throw new Error(`a message of ${message.queue} is lost for good`)
    this.#waiting.push({ ...message, queue: rules.dead, attempts: 1, dueAt })
  }

  async #strike<T>(call: OutwardCall, work: () => Promise<T>, isCalm: boolean): Promise<T> {
    const { random, fault, delay } = this.#chaos
    if (this.#isOut(call)) {
      this.happened.outages += 1
      throw new InjectedFault(`${call.name} is down`)
    }
    if (random() < delay) await new Promise((resume) => setTimeout(resume, Math.floor(random() * 4)))
    if (isCalm || random() >= fault) return work()
    if (random() < 0.5) {
      this.happened.refused += 1
      throw new InjectedFault(`${call.name} refused`)
    }
    await work()
    this.happened.lost += 1
    throw new InjectedFault(`the answer of ${call.name} was lost`)
  }

  #isOut({ name }: OutwardCall): boolean {
    return this.#chaos.outages.some(({ of, from, to }) => name.startsWith(of) && this.now >= from && this.now < to)
  }
}

function isTried(messages: readonly Waiting[]): boolean {
  return messages.some(({ attempts }) => attempts >= CALM_AFTER)
}

type Settlement = { readonly kind: 'ack' } | { readonly kind: 'retry'; readonly delaySeconds: number | undefined }

/** A batch whose settlements can be read, delays too; of each message the first word counts. */
function aBatch(queue: string, waiting: readonly Waiting[]) {
  const settled = new Map<string, Settlement>()
  const settle = (id: string, settlement: Settlement) => {
    if (!settled.has(id)) settled.set(id, settlement)
  }
  const retry = (id: string, options?: QueueRetryOptions) =>
    settle(id, { kind: 'retry', delaySeconds: options?.delaySeconds })
  const messages = waiting.map(({ id, body, attempts }) => ({
    id,
    body,
    attempts,
    timestamp: new Date(),
    ack: () => settle(id, { kind: 'ack' }),
    retry: (options?: QueueRetryOptions) => retry(id, options),
  }))
  const batch = {
    queue,
    messages,
    ackAll: () => waiting.forEach(({ id }) => void settle(id, { kind: 'ack' })),
    retryAll: (options?: QueueRetryOptions) => waiting.forEach(({ id }) => void retry(id, options)),
  } as unknown as MessageBatch
  return { batch, settledBy: (id: string): Settlement => settled.get(id) ?? { kind: 'ack' } }
}

function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)
}

const FILES = import.meta.glob<string>('../../wrangler.toml', { query: '?raw', import: 'default', eager: true })

/** What is deployed is what is tried. */
function rulesOfWrangler(): ReadonlyMap<string, QueueRules> {
  const [text = ''] = Object.values(FILES)
  const rules = new Map<string, QueueRules>()
  for (const part of text.split('[[queues.consumers]]').slice(1)) {
    const [block = ''] = part.split('\n[')
    const field = (name: string) => new RegExp(`^${name} = "?([^"\\n]+)"?`, 'm').exec(block)?.[1]
    rules.set(field('queue') ?? '', {
      batch: Number(field('max_batch_size')),
      retries: Number(field('max_retries')),
      dead: field('dead_letter_queue'),
      delaySeconds: Number(field('retry_delay') ?? 0),
    })
  }
  return rules
}
