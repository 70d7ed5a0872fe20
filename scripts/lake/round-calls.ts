import type { z } from 'zod'
import type { LakeObject } from '../../platform/lake-objects.ts'
import { PARQUET } from '../../shared/contract/add-round-file.ts'
import type { commitLakeRound } from '../../shared/contract/commit-lake-round.ts'
import type { Parsed, Reply } from '../../shared/contract/contract.ts'
import type { nameRoundKeys } from '../../shared/contract/name-round-keys.ts'
import { openLakeRound } from '../../shared/contract/open-lake-round.ts'
import type { LakeWaiting } from '../../shared/contract/read-lake-rounds.ts'
import type { SilverTable } from '../../shared/lake/columns.ts'
import type { LineName } from '../../shared/lake/line-names.ts'
import { CliError } from '../cli/command.ts'
import { callApi, Refused, readJson, type Server } from '../cli/server.ts'
import { objectOf, patiently } from './lake-source.ts'

export interface FileAbout {
  readonly table: SilverTable
  readonly from: number
  readonly to: number
  readonly repeats: number
}

export type RoundAnswer = z.output<typeof openLakeRound.reply>
export type RoundEnd = Omit<Parsed<typeof commitLakeRound, 'body'>, 'by'>
export type NameKeys = Reply<typeof nameRoundKeys>

/** Whose the round is now is for whoever asks next. */
export class LostRound extends Error {}

/** What a compactor asks of the Worker, in the order of a round. @throws LostRound when the round is not its own any more */
export interface RoundCalls {
  waiting(): Promise<LakeWaiting>
  open(lines?: number): Promise<RoundAnswer>
  object(round: number, key: string): Promise<LakeObject | null>
  /** A file of silver or a manifest. */
  file(key: string): Promise<LakeObject | null>
  names(round: number, names: readonly LineName[]): Promise<NameKeys>
  add(round: number, bytes: Uint8Array<ArrayBuffer>, about: FileAbout): Promise<string>
  commit(round: number, end: RoundEnd): Promise<Reply<typeof commitLakeRound>>
  giveUp(round: number): Promise<void>
}

const ROUNDS = '/api/v1/lake/rounds'
/** A commit of a large round names many files. */
const COMMIT_MS = 120_000

export function roundCalls(server: Server, by: string): RoundCalls {
  const posted = async <T>(path: string, body: object, init: RequestInit = {}): Promise<T> => {
    const headers = { 'content-type': 'application/json' }
    const text = JSON.stringify({ by, ...body })
    return (await (await callApi(server, path, { method: 'POST', headers, body: text, ...init })).json()) as T
  }
  const bytesAt = async (path: string): Promise<LakeObject | null> => {
    try {
      const answer = await callApi(server, path)
      return objectOf(await answer.arrayBuffer(), answer.headers.get('etag') ?? '')
    } catch (error) {
      if (error instanceof Refused && error.status === 404) return null
      throw error
    }
  }
  const own = <T>(work: () => Promise<T>): Promise<T> =>
    patiently(work).catch((error: unknown) => {
      throw error instanceof Refused && error.status === 409 ? new LostRound(error.message) : error
    })
  const key = encodeURIComponent
  return {
    waiting: () => patiently(() => readJson(server, ROUNDS)),
    async open(lines) {
      const answer = await patiently(() => posted(ROUNDS, lines === undefined ? {} : { lines }))
      const read = openLakeRound.reply.safeParse(answer)
      if (!read.success) throw new CliError(`${server.url} hands out rounds of another version: try --in-worker.`)
      return read.data
    },
    object: (round, name) => own(() => bytesAt(`${ROUNDS}/${round}/objects/${key(name)}?by=${by}`)),
    file: (name) => patiently(() => bytesAt(`/api/v1/lake/files/${key(name)}`)),
    names: (round, names) =>
      own(() => posted(`${ROUNDS}/${round}/names`, { names: names.map(({ type, match }) => [type, match]) })),
    add: (round, bytes, about) =>
      own(async () => {
        const query = new URLSearchParams({ by, ...mapped(about) })
        const init = { method: 'POST', headers: { 'content-type': PARQUET }, body: bytes }
        const answer = await callApi(server, `${ROUNDS}/${round}/files?${query}`, init)
        return ((await answer.json()) as { key: string }).key
      }),
    commit: (round, end) =>
      own(() => posted(`${ROUNDS}/${round}/commit`, end, { signal: AbortSignal.timeout(COMMIT_MS) })),
    giveUp: async (round) => void (await callApi(server, `${ROUNDS}/${round}?by=${by}`, { method: 'DELETE' })),
  }
}

function mapped(about: FileAbout): Record<string, string> {
  return Object.fromEntries(Object.entries(about).map(([name, value]) => [name, String(value)]))
}
