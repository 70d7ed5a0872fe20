/**
 * Pages over shards, one shard after the other, inside of each in the order in which people came. Nobody's place ever
 * changes, so whoever is there from the first page to the last is seen exactly once, whatever comes and goes meanwhile.
 */
export interface ShardPlace {
  readonly shard: number
  /** Only what comes after it. */
  readonly after: number
}

export const FIRST_PLACE: ShardPlace = { shard: 0, after: 0 }

export function encodePlace({ shard, after }: ShardPlace): string {
  return `${shard}.${after}`
}

/** Undefined when the text is no place of ours. */
export function decodePlace(text: string): ShardPlace | undefined {
  const m = /^(\d{1,5})\.(\d{1,15})$/.exec(text)
  return m ? { shard: Number(m[1]), after: Number(m[2]) } : undefined
}

export interface Placed {
  readonly n: number
}

/**
 * The page made of what the shards from the place's shard on answered, each up to `limit + 1` rows, in order.
 * `next` is null when nothing follows.
 */
export function pageOf<T extends Placed>(
  from: ShardPlace,
  answers: readonly (readonly T[])[],
  limit: number,
): { readonly rows: readonly T[]; readonly next: ShardPlace | null } {
  const all = answers.flatMap((rows, i) => rows.map((row) => ({ row, shard: from.shard + i })))
  const page = all.slice(0, limit)
  const last = page.at(-1)
  const more = all.length > page.length && last !== undefined
  return { rows: page.map(({ row }) => row), next: more ? { shard: last.shard, after: last.row.n } : null }
}
