import { ApiError } from '../../api.ts'

export interface UploadOptions {
  readonly key: string
  readonly name: string
  readonly create: boolean
  readonly replace: boolean
}

/** By what a file ends with what it is, when the browser does not know. */
const TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  ndjson: 'application/x-ndjson',
  jsonl: 'application/x-ndjson',
  json: 'application/json',
}

export function fileType({ name, type }: File): string {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  return TYPES[ending] ?? (type === '' ? 'text/csv' : type)
}

/** Sends a file and tells how far that is: `fetch` cannot. @throws ApiError */
export function uploadFile(
  file: File,
  { key, name, create, replace }: UploadOptions,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<{ readonly jobId: string }> {
  const query = new URLSearchParams({
    ...(create ? { create: 'true' } : {}),
    ...(replace ? { mode: 'replace' } : {}),
    ...(name ? { name } : {}),
  })
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest()
    request.open('POST', `/api/v1/segments/${encodeURIComponent(key)}/members:import?${query}`)
    request.setRequestHeader('Content-Type', fileType(file))
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0)
    request.onload = () => {
      const answer = answered(request.responseText)
      if (request.status === 202 && answer.jobId) return done({ jobId: answer.jobId })
      fail(new ApiError(request.status, answer.detail ?? request.statusText, answer.errors, answer.requestId))
    }
    request.onerror = () => fail(new ApiError(0, 'offline'))
    signal.addEventListener('abort', () => request.abort())
    request.send(file)
  })
}

interface Answer {
  readonly jobId?: string
  readonly detail?: string
  readonly errors?: ApiError['errors']
  readonly requestId?: string
}

function answered(text: string): Answer {
  try {
    return JSON.parse(text) as Answer
  } catch {
    return {}
  }
}
