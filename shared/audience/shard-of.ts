import { hash53 } from '../kernel/hash.ts'

/** Which of `shards` holds a person. With twice as many, everybody stays or goes to the shard that many further on. */
export function shardOf(id: string, shards: number): number {
  return hash53(id, 7) % shards
}
