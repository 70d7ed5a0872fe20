import { z } from 'zod'
import { toIso } from '../../kernel/instant.ts'
import { DELIVERY_TYPES, type Delivery } from '../delivery.ts'
import { defineDestination, type OutgoingRequest, skip, trimmed } from '../destination-type.ts'
import { readStatus } from '../verdict.ts'

/**
 * Objects of NDJSON in S3 or anything that speaks like it (R2, MinIO). The name comes from what is inside, so that the
 * same events sent again are the same object.
 */
export const s3 = defineDestination({
  type: 's3',
  title: 'S3',
  about: 'NDJSON objects under `dt=…/hr=…/`, with Signature V4. Built from its documentation; not verified against it.',
  settings: z.strictObject({
    bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket'),
    region: z
      .string()
      .regex(/^[a-z0-9-]{2,30}$/, 'must be the name of a region')
      .default('us-east-1'),
    prefix: z
      .string()
      .regex(
        /^[A-Za-z0-9_=-]*(?:\/[A-Za-z0-9_=-]+)*$/,
        'must be names of letters, digits, - and _ with slashes between',
      )
      .max(200)
      .default('tributary'),
    accessKey: z.string().min(1).max(200),
    secretKey: z.string().min(1).max(200),
    endpoint: z.url('must be an address').max(300).optional().meta({ description: 'Of another service than AWS' }),
  }),
  secrets: ['secretKey'],
  addresses: ['endpoint'],
  takes: DELIVERY_TYPES,
  most: 500,
  call(deliveries, { bucket, region, prefix, accessKey, secretKey, endpoint }, { now, sha256, signS3 }) {
    const [first] = deliveries
    if (!first) return skip('nothing_to_send')
    const host =
      endpoint === undefined ? `https://${bucket}.s3.${region}.amazonaws.com` : `${trimmed(endpoint)}/${bucket}`
    const body = deliveries.map(lineOf).join('')
    const earliest = toIso(Math.min(...deliveries.map(({ at }) => at)))
    const name = sha256(deliveries.map(({ key }) => key).join('\n')).slice(0, 32)
    const folder = `${prefix === '' ? '' : `${prefix}/`}dt=${earliest.slice(0, 10)}/hr=${earliest.slice(11, 13)}`
    const request: OutgoingRequest = {
      method: 'PUT',
      url: `${host}/${folder}/${name}.ndjson`,
      headers: {
        'Content-Type': 'application/x-ndjson',
        'x-amz-content-sha256': sha256(body),
        'x-amz-date': toIso(now).replace(/[-:]|\.\d+/g, ''),
      },
      body,
    }
    return {
      ...request,
      headers: { ...request.headers, Authorization: signS3(request, { accessKey, secretKey, region }) },
    }
  },
  read: readStatus,
})

function lineOf({ key, type, at, data }: Delivery): string {
  return `${JSON.stringify({ id: key, type, timestamp: toIso(at), data })}\n`
}
