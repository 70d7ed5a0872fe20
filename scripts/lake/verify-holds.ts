import type { HoldDocument } from '../../shared/contract/list-quality-holds.ts'
import { partitionOf } from '../../shared/lake/lake-key.ts'
import { pagesOf, Refused, type Server } from '../cli/server.ts'

/** Partitions whose rows wait, by `table/day/hour`, and the hold that says why. */
export type HeldPartitions = ReadonlyMap<string, string>

/** Undefined when the token may not read them. */
export async function readHolds(server: Server): Promise<HeldPartitions | undefined> {
  const held = new Map<string, string>()
  try {
    for (const state of ['held', 'releasing'])
      for await (const page of pagesOf<{ holds: HoldDocument[] }>(
        server,
        `/api/v1/quality/holds?state=${state}&limit=200`,
      ))
        for (const { id, border, table, hour } of page.holds) {
          if (border !== 'silver' || hour === null) continue
          const place = partitionOf(Date.parse(hour))
          held.set(`${table}/${place.day}/${place.hour}`, id)
        }
    return held
  } catch (error) {
    if (error instanceof Refused && error.status === 403) return undefined
    throw error
  }
}
