import { z } from 'zod'
import { defineWarehouse } from '../warehouse.ts'

export const S3Settings = z.strictObject({
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket'),
  region: z
    .string()
    .regex(/^[a-z0-9-]{2,30}$/, 'must be the name of a region')
    .default('us-east-1'),
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+)*$/, 'must be names of letters, digits, - and _ with slashes between')
    .max(200)
    .default('tributary'),
  accessKey: z.string().min(1).max(200),
  secretKey: z.string().min(1).max(200),
  endpoint: z.url('must be an address').max(300).optional().meta({ description: 'Of another service than AWS' }),
})
export type S3Settings = z.output<typeof S3Settings>

/** A bucket has no tables: a table is a folder of Parquet files, and a manifest per slice says which of them count. */
export const s3 = defineWarehouse({
  type: 's3',
  title: 'S3',
  about:
    'Parquet files under hive partitions in S3 or anything that speaks like it (R2, MinIO, GCS), with a manifest per ' +
    'table and day. Built from its documentation; unverified against the live service.',
  settings: S3Settings,
  secrets: ['secretKey'],
  addresses: ['endpoint'],
  plan: () => [],
})
