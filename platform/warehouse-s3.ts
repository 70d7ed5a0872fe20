import { createHash } from 'node:crypto'
import { XMLParser } from 'fast-xml-parser'
import { z } from 'zod'
import type { Reply } from '../shared/destination/verdict.ts'
import { toIso } from '../shared/kernel/instant.ts'
import type { LakeFile } from '../shared/lake/manifest.ts'
import type { S3Settings } from '../shared/warehouse/type/s3.ts'
import { hasSlices, MERGES, SLICE_COLUMN, type WantedTable } from '../shared/warehouse/wanted-tables.ts'
import { type WarehousePort, WarehouseRefusal } from '../shared/warehouse/warehouse.ts'
import { signAws } from './aws-sigv4.ts'
import { contentHash } from './hashing.ts'
import { inPool } from './in-pool.ts'
import { writeParquet } from './lake-parquet.ts'
import type { OutboundRules } from './outbound-address.ts'
import { askWarehouse } from './warehouse-http.ts'

/**
 * Files of the lake in a bucket (https://docs.aws.amazon.com/AmazonS3/latest/API/: PutObject, GetObject, DeleteObject,
 * ListObjectsV2; Signature V4). A slice is first put beside what is there, then its manifest names it, then what the
 * manifest does not name is deleted: who reads by the manifest never sees half of it.
 *
 *   <prefix>/events/dt=2026-11-21/hr=13/<name>.parquet        <prefix>/_tributary/manifest/events/2026-11-21.json
 */
const Manifest = z.object({
  v: z.literal(1),
  table: z.string(),
  slice: z.string(),
  files: z.array(z.object({ key: z.string(), rows: z.int() })),
})
type Manifest = z.infer<typeof Manifest>

const Listing = z.object({
  ListBucketResult: z.object({
    Contents: z.array(z.object({ Key: z.string() })).default([]),
    IsTruncated: z.string().optional(),
    NextContinuationToken: z.string().optional(),
  }),
})

const AT_ONCE = 6

export async function openS3(settings: S3Settings, rules: OutboundRules): Promise<WarehousePort> {
  const { bucket, region, prefix, accessKey, secretKey, endpoint } = settings
  const base =
    endpoint === undefined
      ? `https://${bucket}.s3.${region}.amazonaws.com`
      : `${endpoint.replace(/\/+$/, '')}/${bucket}`
  const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === 'Contents' })

  async function ask(
    method: 'GET' | 'PUT' | 'DELETE',
    path: string,
    { body, headers = {}, accepted = [] }: Ask = {},
  ): Promise<Reply> {
    const url = `${base}/${path}`
    const signed = {
      'x-amz-content-sha256': createHash('sha256')
        .update(body ?? '')
        .digest('hex'),
      'x-amz-date': toIso(Date.now()).replace(/[-:]|\.\d+/g, ''),
      ...headers,
    }
    // The runtime sends the host itself, and would not let us; it is signed all the same.
    const signable = { method, url, headers: { host: new URL(url).host, ...signed }, body: body ?? '' }
    const { authorization } = signAws(signable, { accessKey, secretKey, region, service: 's3' })
    const request = {
      method,
      url,
      headers: { ...signed, Authorization: authorization },
      ...(body === undefined ? {} : { body }),
    }
    const reply = await askWarehouse('S3', request, rules, accepted)
    return reply
  }

  async function keysUnder(folder: string): Promise<string[]> {
    const keys: string[] = []
    let token: string | undefined
    do {
      const query = [
        ...(token === undefined ? [] : [`continuation-token=${encodeURIComponent(token)}`]),
        'list-type=2',
        `prefix=${encodeURIComponent(folder)}`,
      ].join('&')
      const { ListBucketResult } = Listing.parse(parser.parse((await ask('GET', `?${query}`)).body))
      keys.push(...ListBucketResult.Contents.map(({ Key }) => Key))
      token = ListBucketResult.IsTruncated === 'true' ? ListBucketResult.NextContinuationToken : undefined
    } while (token !== undefined)
    return keys
  }

  const manifestKey = (table: string, slice: string) => `${prefix}/_tributary/manifest/${table}/${slice || 'all'}.json`

  async function manifestAt(key: string): Promise<Manifest | null> {
    const reply = await ask('GET', key, { accepted: [404] })
    return reply.status === 404 ? null : Manifest.parse(JSON.parse(reply.body))
  }

  async function name(table: WantedTable, slice: string, files: readonly { key: string; rows: number }[]) {
    const manifest: Manifest = { v: 1, table: table.name, slice, files: [...files] }
    const key = manifestKey(table.name, slice)
    if (files.length > 0) await ask('PUT', key, { body: JSON.stringify(manifest), headers: JSON_TYPE })
    const named = new Set(files.map((file) => file.key))
    const gone = (await keysUnder(folderOf(prefix, table, slice))).filter((one) => !named.has(one))
    await inPool(gone, AT_ONCE, async (one) => {
      await ask('DELETE', one, { accepted: [404] })
    })
    // Last: as long as there is a manifest it is known what must go.
    if (files.length === 0) await ask('DELETE', key, { accepted: [404] })
  }

  const named = (table: WantedTable, slice: string, files: readonly LakeFile[]) =>
    files.map((file) => ({ key: keyOf(prefix, table, slice, file), rows: file.rows }))

  return {
    mirrors: true,
    present: async () => new Map(),
    change: async () => {},

    async claim(owner) {
      const key = `${prefix}/_tributary/owner`
      // Whoever comes first: a second one is told 412.
      await ask('PUT', key, { body: owner, headers: { 'if-none-match': '*' }, accepted: [412] })
      if ((await ask('GET', key)).body !== owner)
        throw new WarehouseRefusal(`${bucket}/${prefix} belongs to another workspace`)
    },

    async load(batch) {
      const { table, slice, file, rows } = batch
      await ask('PUT', keyOf(prefix, table, slice, file), { body: batch.parquet(), headers: PARQUET_TYPE })
      return { rows: rows.length }
    },

    async replace({ table, slice, files }) {
      await name(table, slice, named(table, slice, files))
      return { rows: files.reduce((sum, file) => sum + file.rows, 0) }
    },

    async settle(table, slice, files) {
      await name(table, slice, named(table, slice, files))
    },

    async remap(rows) {
      const bytes = writeParquet({ schema: 1, columns: MERGES.columns }, rows)
      const key = `${folderOf(prefix, MERGES, '')}${contentHash(Buffer.from(bytes).toString('base64')).slice(0, 16)}.parquet`
      await ask('PUT', key, { body: bytes, headers: PARQUET_TYPE })
      await name(MERGES, '', [{ key, rows: rows.length }])
      return { rows: rows.length }
    },

    // The lake is written anew without them, under other names; the files that had them go when their slice is settled.
    erase: async () => ({ rows: 0 }),

    async counts(table) {
      const there = new Set(await keysUnder(`${prefix}/${table.name}/`))
      const counts: Record<string, number> = {}
      await inPool(await keysUnder(`${prefix}/_tributary/manifest/${table.name}/`), AT_ONCE, async (key) => {
        const manifest = await manifestAt(key)
        // A file that somebody deleted is not counted.
        for (const file of manifest?.files ?? [])
          if (manifest && there.has(file.key)) counts[manifest.slice] = (counts[manifest.slice] ?? 0) + file.rows
      })
      return counts
    },

    close: async () => {},
  }
}

interface Ask {
  readonly body?: string | Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>>
  readonly accepted?: readonly number[]
}

const JSON_TYPE = { 'content-type': 'application/json' }
const PARQUET_TYPE = { 'content-type': 'application/vnd.apache.parquet' }

/** The folder of a slice. */
function folderOf(prefix: string, table: WantedTable, slice: string): string {
  if (table.kind === 'grows') return `${prefix}/${table.name}/dt=${slice}/`
  return hasSlices(table) ? `${prefix}/${table.name}/${SLICE_COLUMN}=${slice}/` : `${prefix}/${table.name}/`
}

/** Where a file of the lake stands in the bucket: under the name that it has in the lake. */
function keyOf(prefix: string, table: WantedTable, slice: string, { key }: LakeFile): string {
  const tail = table.kind === 'grows' ? key.slice(key.indexOf('/hr=') + 1) : key.slice(key.lastIndexOf('/') + 1)
  return `${folderOf(prefix, table, slice)}${tail}`
}
