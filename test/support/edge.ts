import { env } from 'cloudflare:workers'
import { EffectMessage } from '../../shared/message/effect-message.ts'
import { IngestMessage } from '../../shared/message/ingest-message.ts'
import type { Effect } from '../../shared/profile/effect.ts'
import { FakeQueue } from './fake-env.ts'
import { type Delivery, deliver } from './workspace.ts'

/** The real bindings, but queues that remember: a test delivers what the edge accepted, when it likes and as often. */
export function anEdge() {
  const events = new FakeQueue()
  const effects = new FakeQueue()
  const queue = events as unknown as Queue
  const environment: Env = { ...env, EVENTS_0: queue, EVENTS_1: queue, EFFECTS: effects as unknown as Queue }
  return {
    env: environment,
    events,
    accepted: () => events.texts.map((text) => IngestMessage.parse(JSON.parse(text))),
    /** All that was accepted since the last time. */
    async deliver(): Promise<Delivery> {
      const messages = events.calls.splice(0).flat()
      return deliver(
        messages.map((text) => IngestMessage.parse(JSON.parse(text))),
        1,
        environment,
      )
    },
    told: (): readonly Effect[] => effects.texts.flatMap((text) => EffectMessage.parse(JSON.parse(text)).effects),
  }
}
