import { z } from 'zod'
import { defineContract } from './contract.ts'
import { ItemsAccepted } from './message-body.ts'

const Id = z.union([z.string().min(1).max(255), z.number()])

const DeviceBody = z
  .looseObject({
    userId: Id.nullish(),
    anonymousId: Id.nullish(),
    device: z.looseObject({
      id: Id.meta({ description: 'Becomes the identifier device_id' }),
      type: z.string().nullish().meta({ description: 'ios, android, web, …' }),
      token: z.string().max(255).nullish().meta({ description: 'Of push messages; becomes the identifier push_token' }),
    }),
    messageId: z.string().max(255).optional(),
    timestamp: z.string().optional().meta({ format: 'date-time' }),
  })
  .meta({ id: 'Device' })

export const ingestDevices = defineContract({
  name: 'ingestDevices',
  method: 'post',
  path: '/v1/devices',
  group: 'Ingestion',
  scope: 'write key',
  summary: "Register one of a person's devices or an array of them, and learn what became of each item",
  description: 'Without userId and anonymousId the device itself is the person, until somebody signs in on it.',
  body: z.union([DeviceBody, z.array(DeviceBody).max(2_500)]),
  reply: ItemsAccepted,
  status: 202,
  failures: ['too_large'],
})
