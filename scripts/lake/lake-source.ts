import { setTimeout as sleep } from 'node:timers/promises'
import type { LakeObject, LakeObjects } from '../../platform/lake-objects.ts'
import type { LakePeople } from '../../shared/contract/list-lake-people.ts'
import { LakeManifest } from '../../shared/contract/read-lake-manifest.ts'
import { CliError } from '../cli/command.ts'
import { callApi, pagesOf, Refused, readJson, type Server } from '../cli/server.ts'

/** A workspace's lake as it can be read from outside: by its manifest, file by file. */
export interface LakeSource extends LakeObjects {
  readonly name: string
  manifest(): Promise<LakeManifest>
  /** Everybody, as they are now. */
  people(): AsyncIterable<LakePeople>
}

/** The lake behind the API of a Tributary, local or not. */
export function lakeOf(server: Server): LakeSource {
  return {
    name: server.url,
    async manifest() {
      const read = LakeManifest.safeParse(await readJson(server, '/api/v1/lake/manifest'))
      if (!read.success)
        throw new CliError(`${server.url} answers with a manifest that cannot be read: it is of another version.`)
      return read.data
    },
    get: (key) => patiently(() => fileOf(server, key)),
    people: () => pagesOf<LakePeople>(server, '/api/v1/lake/people'),
  }
}

async function fileOf(server: Server, key: string): Promise<LakeObject | null> {
  try {
    const answer = await callApi(server, `/api/v1/lake/files/${encodeURIComponent(key)}`)
    const body = await answer.arrayBuffer()
    return objectOf(body, answer.headers.get('etag') ?? '')
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return null
    throw error
  }
}

export function objectOf(body: ArrayBuffer, etag = ''): LakeObject {
  return { etag, arrayBuffer: async () => body, text: async () => new TextDecoder().decode(body) }
}

const TRIES = 4

/** A server that is busy is asked again. @throws what it said last */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      const isBusy = error instanceof Refused && (error.status === 429 || error.status >= 500)
      if (!isBusy || tries === TRIES) throw error
      await sleep(250 * 2 ** tries)
    }
  }
}
