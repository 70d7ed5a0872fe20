import { READ_LIMITS, type RowFault } from '../shared/import/import-format.ts'

/**
 * The objects of an import in R2, all below `imports/<workspace>/<jobId>/`: `upload` is the file as it came (UTF-16 as
 * UTF-8), there until the import is over; `errors/` holds one object per page that had rejected rows.
 */
export function uploadKey(workspace: string, jobId: string): string {
  return `imports/${workspace}/${jobId}/upload`
}

/** A page of a file from a byte on, as binary text. @throws when the file is gone */
export async function readFilePage(
  env: Env,
  key: string,
  offset: number,
  size: number,
): Promise<{ readonly text: string; readonly isLast: boolean }> {
  const length = Math.min(READ_LIMITS.pageBytes, size - offset)
  if (length <= 0) return { text: '', isLast: true }
  const object = await env.LAKE.get(key, { range: { offset, length } })
  if (!object) throw new Error(`there is no ${key}`)
  const text = Buffer.from(await object.arrayBuffer()).toString('latin1')
  if (text.length !== length) throw new Error(`${key} gave ${text.length} of ${length} bytes`)
  return { text, isLast: offset + length >= size }
}

export interface RowError {
  readonly row: number
  readonly line: number
  readonly fault: RowFault
}

export const ERRORS_HEADER = 'row,column,code,message,line\r\n'
/** Beyond this rejected rows are counted, and no longer listed. */
export const MOST_LISTED = 100_000

/** Keyed by the page, so that a page done again writes what it wrote before. Keys sort by place in the file. */
export async function writeErrors(
  env: Env,
  workspace: string,
  jobId: string,
  offset: number,
  errors: readonly RowError[],
): Promise<void> {
  if (errors.length === 0) return
  const lines = errors.map(({ row, line, fault }) => [row, fault.column, fault.code, fault.message, line].map(cell))
  const key = `${errorsFolder(workspace, jobId)}${String(offset).padStart(12, '0')}.csv`
  await env.LAKE.put(key, lines.map((line) => `${line.join()}\r\n`).join(''))
}

/** A cell that begins like a formula would be run by a spreadsheet. */
function cell(value: string | number): string {
  const text = /^[=+\-@\t\r]/.test(String(value)) ? `'${value}` : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function errorsFolder(workspace: string, jobId: string): string {
  return `imports/${workspace}/${jobId}/errors/`
}

/** The whole errors file, read page by page as it is sent. */
export function errorsFile(env: Env, workspace: string, jobId: string): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let keys: string[] | undefined
  let cursor: string | undefined
  return new ReadableStream<Uint8Array>({
    start: (out) => out.enqueue(encoder.encode(ERRORS_HEADER)),
    async pull(out) {
      while (!keys || (keys.length === 0 && cursor !== undefined)) {
        const prefix = errorsFolder(workspace, jobId)
        const listed = await env.LAKE.list({ prefix, ...(cursor === undefined ? {} : { cursor }) })
        keys = listed.objects.map(({ key }) => key)
        cursor = listed.truncated ? listed.cursor : undefined
      }
      const key = keys.shift()
      const object = key === undefined ? null : await env.LAKE.get(key)
      if (object) out.enqueue(new Uint8Array(await object.arrayBuffer()))
      else out.close()
    },
  })
}
