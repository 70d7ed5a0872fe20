import type { Prepared, Schema } from './record.ts'

/**
 * Which records are compared at all: those that share a blocking key. Keys are plain text; a caller that stores them
 * hashes them with its secret first. A key shared by more than `BLOCK_CAP` records says nothing and finds nobody.
 */
export const BLOCK_CAP = 300
/** No record has more keys than this, so the number of index lookups for one record is bounded. */
export const MAX_KEYS = 32

/** The blocking keys of a record, the most telling first, each once. */
export function blockingKeys(schema: Schema, record: Prepared): readonly string[] {
  const keys = new Set<string>()
  const names: string[] = []
  const places: string[] = []
  const dates: string[] = []
  let given = ''
  let surname = ''
  for (let f = 0; f < schema.fields.length; f++) {
    const text = record.texts[f] as string
    const kind = (schema.fields[f] as { kind: string }).kind
    if (text === '') continue
    if (kind === 'given' || kind === 'surname') {
      names.push(record.sounds[f] as string)
      if (kind === 'given') given = text
      else surname = text
    } else if (kind === 'email') {
      keys.add(`e ${text}`)
      const user = text.split('@')[0] as string
      if (user.length > 3) keys.add(`u ${user}`)
    } else if (kind === 'phone' || kind === 'id') keys.add(`${f} ${text}`)
    else if (kind === 'date') {
      keys.add(`d ${text}`)
      dates.push(text.slice(0, 4), text.slice(4))
    } else if (kind === 'postcode' || text.length > 3) places.push(`${f} ${text}`)
  }
  if (given !== '' && surname !== '') keys.add(`n ${[given, surname].sort().join(' ')}`)
  if (names.length > 1) keys.add(`s ${[...names].sort().join(' ')}`)
  for (const sound of new Set(names)) for (const part of dates) keys.add(`y ${sound} ${part}`)
  for (const sound of new Set(names)) for (const place of places) keys.add(`p ${sound} ${place}`)
  for (const place of places) for (const part of dates.slice(0, 1)) keys.add(`q ${place} ${part}`)
  return [...keys].slice(0, MAX_KEYS)
}

/** Calls `each` once for every pair (i, j), i > j, of records that share a key held by at most `BLOCK_CAP` of them. */
export function eachCandidate(keysOf: readonly (readonly string[])[], each: (i: number, j: number) => void): void {
  const blocks = new Map<string, number[]>()
  keysOf.forEach((keys, i) => {
    for (const key of keys) {
      const block = blocks.get(key)
      if (block === undefined) blocks.set(key, [i])
      else block.push(i)
    }
  })
  const seen = new Int32Array(keysOf.length).fill(-1)
  keysOf.forEach((keys, i) => {
    for (const key of keys) {
      const block = blocks.get(key) as number[]
      if (block.length > BLOCK_CAP) continue
      for (const j of block) {
        if (j >= i) break
        if (seen[j] === i) continue
        seen[j] = i
        each(i, j)
      }
    }
  })
}
