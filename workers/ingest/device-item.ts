import type { Rejection } from '../../shared/event/validate-item.ts'
import { idText } from '../../shared/event/validate-item.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../../shared/kernel/json.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'

/**
 * A registration of a device (contracts/http.md, /v1/devices) as an identify that brings no traits:
 *
 *   { userId: 'u1', device: { id: 'd1', type: 'ios', token: 't1' } }
 *   → { type: 'identify', userId, context: { device, externalIds: [device_id:d1, push_token:t1] } }
 *
 * The record of the device is the event itself, with everything that was said about it. The ids also stand among
 * `externalIds`, so that a device that nobody has signed in on is somebody all the same.
 */
export function deviceItem(item: JsonValue): Result<JsonObject, Rejection> {
  if (!isObject(item)) return ok(item as never) // no object at all: validateItem says so
  const { device, ...rest } = item
  if (!isObject(device)) return reject('wrong_type', 'device', 'must be an object')
  const id = idText(own(device, 'id'))
  if (id === undefined) return reject('missing_identifier', 'device.id', 'a device needs an id')
  const fault = longId('device.id', id) ?? typeFault(device)
  if (fault) return err(fault)
  const token = idText(own(device, 'token'))
  const tooLong = token === undefined ? undefined : longId('device.token', token)
  if (tooLong) return err(tooLong)

  const context = own(rest, 'context')
  if (context !== undefined && context !== null && !isObject(context)) {
    return reject('wrong_type', 'context', 'must be an object')
  }
  const others = context ? own(context, 'externalIds') : undefined
  const about = context ? own(context, 'device') : undefined
  return ok({
    ...rest,
    type: 'identify',
    context: {
      ...context,
      device: { ...(isObject(about) ? about : {}), ...device },
      externalIds: [
        { type: 'device_id', id },
        ...(token === undefined ? [] : [{ type: 'push_token', id: token }]),
        ...(Array.isArray(others) ? others : []),
      ],
    },
  })
}

function typeFault(device: JsonObject): Rejection | undefined {
  for (const field of ['type', 'token']) {
    const value = own(device, field)
    if (value === undefined || value === null || typeof value === 'string') continue
    return { code: 'wrong_type', path: `device.${field}`, message: 'must be a string' }
  }
  return undefined
}

function longId(path: string, id: string): Rejection | undefined {
  if (id.length <= LIMITS.idChars) return undefined
  return { code: 'id_too_long', path, message: `longer than ${LIMITS.idChars} characters` }
}

function reject(code: Rejection['code'], path: string, message: string): Result<never, Rejection> {
  return err({ code, path, message })
}
