import type { EventType } from '../../shared/event/event.ts'
import type { Rejection } from '../../shared/event/validate-item.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../../shared/kernel/json.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import { cdpItem } from './cdp-item.ts'
import { deviceItem } from './device-item.ts'
import type { IngestRoute } from './ingest-route.ts'

/** The items of a request, and the object whose batch-level fields lie under them. */
export interface RequestItems {
  readonly items: readonly JsonValue[]
  readonly batch?: JsonObject
  readonly type?: EventType | undefined
  readonly defaultType?: EventType | undefined
  /** Registrations of devices that are none, by index. */
  readonly faults?: ReadonlyMap<number, Rejection>
  /** Of /cdp/ingest, for its answer. */
  readonly eventId?: string
}

/**
 * What a parsed body holds, by the shape of its path. Only what is no event at all refuses the request; an item that is
 * no valid message is the pipeline's to record. The failure is a whole-request failure.
 */
export function readItems(body: JsonValue, route: IngestRoute): Result<RequestItems, Failure> {
  switch (route.shape) {
    case 'call':
      // A batch is one wherever it was sent; its items may leave their type to the path.
      if (isObject(body) && Array.isArray(own(body, 'batch'))) return batchItems(body, route.type)
      return isObject(body) ? ok({ items: [body], type: route.type }) : err(NO_EVENT)
    case 'batch':
      return batchItems(body)
    case 'list': {
      const { type, defaultType } = route
      if (Array.isArray(body)) return bounded({ items: body, type, defaultType })
      return isObject(body) ? ok({ items: [body], type, defaultType }) : err(NO_EVENT)
    }
    case 'devices': {
      const list = Array.isArray(body) ? body : isObject(body) ? [body] : undefined
      return list ? deviceItems(list) : err(NO_EVENT)
    }
    case 'cdp': {
      const item = cdpItem(body)
      if (!item.ok) return err(failure('invalid_request', item.failure))
      return ok({ items: [item.value.item], eventId: item.value.eventId })
    }
  }
}

const NO_EVENT = failure('invalid_request', 'the body is neither an event nor a list of events')
const NO_BATCH = failure('invalid_request', 'the body has neither a batch array nor an event')
/** Any of these makes an object an event, if perhaps an invalid one. */
const EVENT_FIELDS = ['type', 'event', 'messageId', 'userId', 'anonymousId'] as const

function batchItems(body: JsonValue, defaultType?: EventType): Result<RequestItems, Failure> {
  if (!isObject(body)) return err(NO_BATCH)
  const batch = own(body, 'batch')
  if (Array.isArray(batch)) return bounded({ items: batch, batch: body, defaultType })
  // Rudder's and Segment's HTTP users post a bare event here now and then: a batch of one.
  const isEvent = batch === undefined && EVENT_FIELDS.some((field) => Object.hasOwn(body, field))
  return isEvent ? ok({ items: [body] }) : err(NO_BATCH)
}

/** A registration that is none is kept as it was sent, with what was wrong with it. */
function deviceItems(list: readonly JsonValue[]): Result<RequestItems, Failure> {
  const faults = new Map<number, Rejection>()
  const items = list.map((sent, i) => {
    const item = deviceItem(sent)
    if (item.ok) return item.value
    faults.set(i, item.failure)
    return sent
  })
  return bounded({ items, type: 'identify', faults })
}

function bounded(items: RequestItems): Result<RequestItems, Failure> {
  if (items.items.length <= LIMITS.batchItems) return ok(items)
  return err(failure('too_large', `a request takes at most ${LIMITS.batchItems} events`))
}
