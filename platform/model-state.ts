import { gzipSync } from 'node:zlib'
import { z } from 'zod'
import type { KnownRow } from '../shared/model/difference.ts'
import { gunzippedText } from './gzip-text.ts'
import { readTagged, swapTagged, type Tagged } from './lake-json.ts'
import type { Model } from './model-row.ts'

/**
 * What was told by the run before: keys and hashes, in pages in the order of the keys, and which pages those are. A run
 * writes pages beside them and swaps at its end, so that one that is given up changes nothing, and the next one tells the
 * same under the same messageIds.
 */
export const ModelState = z.object({
  v: z.literal(1),
  /** Rises with every run that ended; part of every messageId. */
  generation: z.int(),
  /** Folder of the pages. */
  folder: z.string(),
  /** First key of each page, in order. */
  pages: z.array(z.object({ first: z.string(), rows: z.int() })),
  rows: z.int(),
  /** Greatest value of the cursor column that was read. */
  cursor: z.string().nullable(),
  /** Names of traits that rows had. */
  traits: z.array(z.string()),
  /** Rows of people who were erased, as marks: as long as such a row stays as it is, it is not told again. */
  erased: z.array(z.string()).default([]),
  /** Rises with every erasure: a run that read what is known before it begins again. */
  erasures: z.int().default(0),
})
export type ModelState = z.infer<typeof ModelState>

const NOTHING: ModelState = {
  v: 1,
  generation: 0,
  folder: '',
  pages: [],
  rows: 0,
  cursor: null,
  traits: [],
  erased: [],
  erasures: 0,
}

export type Named = Pick<Model, 'workspace' | 'id'>

export function modelPrefix({ workspace, id }: Named): string {
  return `models/ws=${workspace}/${id}/`
}

function stateKey(model: Named): string {
  return `${modelPrefix(model)}state.json`
}

export async function readState(bucket: R2Bucket, model: Named): Promise<Tagged<ModelState>> {
  return (await readTagged(bucket, stateKey(model), ModelState)) ?? { value: NOTHING, etag: null }
}

/** Answers false when somebody else swapped meanwhile. */
export async function swapState(bucket: R2Bucket, model: Named, state: ModelState, etag: string | null) {
  return (await swapTagged(bucket, stateKey(model), state, etag)) !== null
}

function pageKey(model: Named, folder: string, page: number): string {
  return `${modelPrefix(model)}${folder}/${String(page).padStart(6, '0')}`
}

export async function readPage(
  bucket: R2Bucket,
  model: Named,
  folder: string,
  page: number,
): Promise<readonly KnownRow[]> {
  const object = await bucket.get(pageKey(model, folder, page))
  if (!object) throw new Error(`page ${page} of what ${model.id} knows is gone`)
  const text = await gunzippedText(object)
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as KnownRow)
}

export async function writePage(
  bucket: R2Bucket,
  model: Named,
  folder: string,
  page: number,
  rows: readonly KnownRow[],
): Promise<void> {
  const text = rows.map((row) => JSON.stringify(row)).join('\n')
  await bucket.put(pageKey(model, folder, page), gzipSync(text))
}

/**
 * Pages of runs that are over, and uploads; `keep`: the folders that are in force (and the state with them), null when the
 * model is gone.
 */
export async function forgetPages(bucket: R2Bucket, model: Named, keep: readonly string[] | null): Promise<void> {
  const prefix = modelPrefix(model)
  const kept = keep === null ? [] : [...keep.map((folder) => `${prefix}${folder}/`), stateKey(model)]
  let startAfter: string | undefined
  for (;;) {
    const page = await bucket.list({ prefix, ...(startAfter === undefined ? {} : { startAfter }) })
    const keys = page.objects.map(({ key }) => key).filter((key) => !kept.some((one) => key.startsWith(one)))
    if (keys.length > 0) await bucket.delete(keys)
    if (!page.truncated) return
    startAfter = page.objects.at(-1)?.key
  }
}

export interface ModelFolder {
  readonly name: string
  /** Of rows that were laid down for a run; null: of what a run knows. */
  readonly upload: string | null
  readonly keys: readonly string[]
}

/** Everything that lies beside the state of a model. */
export async function foldersOf(bucket: R2Bucket, model: Named): Promise<readonly ModelFolder[]> {
  const prefix = modelPrefix(model)
  const folders = new Map<string, string[]>()
  let startAfter: string | undefined
  for (;;) {
    const page = await bucket.list({ prefix, ...(startAfter === undefined ? {} : { startAfter }) })
    for (const { key } of page.objects) {
      const [name = '', rest] = key.slice(prefix.length).split('/')
      if (rest !== undefined)
        folders
          .set(name, folders.get(name) ?? [])
          .get(name)
          ?.push(key)
    }
    if (!page.truncated) break
    startAfter = page.objects.at(-1)?.key
  }
  return [...folders].map(([name, keys]) => ({ name, keys, upload: uploadOf(name) }))
}

export function uploadFolder(upload: string): string {
  return `upload-${upload}`
}

function uploadOf(folder: string): string | null {
  return folder.startsWith(uploadFolder('')) ? folder.slice(uploadFolder('').length) : null
}
