import { gzipSync } from 'node:zlib'
import { compareKeys } from '../shared/model/difference.ts'
import { gunzippedText } from './gzip-text.ts'
import type { Model } from './model-row.ts'
import { type ModelReader, ModelRefusal, type SourceRow } from './model-source.ts'
import { modelPrefix, uploadFolder } from './model-state.ts'

/** Rows that the command line read out of the lake, laid down in pages in the order of their keys. */
function uploadPrefix(model: Pick<Model, 'workspace' | 'id'>, upload: string): string {
  return `${modelPrefix(model)}${uploadFolder(upload)}/`
}

export async function putUploadPage(
  bucket: R2Bucket,
  model: Pick<Model, 'workspace' | 'id'>,
  { upload, page, rows }: { readonly upload: string; readonly page: number; readonly rows: readonly SourceRow[] },
): Promise<void> {
  const text = rows.map((row) => JSON.stringify(row)).join('\n')
  await bucket.put(`${uploadPrefix(model, upload)}${String(page).padStart(6, '0')}`, gzipSync(text))
}

export async function openModelUpload(bucket: R2Bucket, model: Model, upload: string): Promise<ModelReader> {
  const keys: string[] = []
  let cursor: string | undefined
  do {
    const listed = await bucket.list({
      prefix: uploadPrefix(model, upload),
      ...(cursor === undefined ? {} : { cursor }),
    })
    keys.push(...listed.objects.map(({ key }) => key))
    cursor = listed.truncated ? listed.cursor : undefined
  } while (cursor !== undefined)
  // Rows that are not there would be taken for rows that are gone.
  if (keys.length === 0) throw new ModelRefusal('there are no rows under this upload: run it again')
  const isWhole = keys.every((key, n) => Number(key.slice(key.lastIndexOf('/') + 1)) === n)
  if (!isWhole) throw new ModelRefusal('a page of the upload is missing: run it again')
  const pages = new Map<number, readonly SourceRow[]>()
  async function pageAt(n: number): Promise<readonly SourceRow[]> {
    const known = pages.get(n)
    if (known) return known
    const object = await bucket.get(keys[n] as string)
    if (!object) throw new ModelRefusal('a page of the upload is gone: run it again')
    const text = await gunzippedText(object)
    const rows = text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as SourceRow)
    pages.clear()
    pages.set(n, rows)
    return rows
  }
  return {
    async facts() {
      let rows = 0
      for (let n = 0; n < keys.length; n++) rows += (await pageAt(n)).length
      return { rows, withoutKey: 0, cursor: null }
    },
    async page(after, limit) {
      const found: SourceRow[] = []
      for (let n = await firstPage(after); n < keys.length && found.length < limit; n++)
        for (const row of await pageAt(n))
          if (found.length < limit && (after === null || compareKeys(row.key, after) > 0)) found.push(row)
      return found
    },
    async close() {},
  }

  /** The last page that begins at or before a key: halving, since pages are in order. */
  async function firstPage(after: string | null): Promise<number> {
    let [low, high] = [0, keys.length - 1]
    while (after !== null && low < high) {
      const middle = Math.ceil((low + high) / 2)
      const [first] = await pageAt(middle)
      if (first && compareKeys(first.key, after) <= 0) low = middle
      else high = middle - 1
    }
    return low
  }
}

/** Rows that go out of pages that were laid down; answers how many. The pages stay, so that none seems to be missing. */
export async function eraseUpload(
  bucket: R2Bucket,
  keys: readonly string[],
  isTheirs: (key: string, row: SourceRow['row']) => boolean,
): Promise<number> {
  let removed = 0
  for (const key of keys) {
    const object = await bucket.get(key)
    const lines = object ? (await gunzippedText(object)).split('\n').filter((line) => line !== '') : []
    const kept = lines.filter((line) => {
      const row = JSON.parse(line) as SourceRow
      return !isTheirs(row.key, row.row)
    })
    if (kept.length === lines.length) continue
    await bucket.put(key, gzipSync(kept.join('\n')))
    removed += lines.length - kept.length
  }
  return removed
}
