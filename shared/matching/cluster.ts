/**
 * From pairs to persons: agglomerative clustering by average link (Sokal and Michener 1958). Two clusters join when the
 * mean probability over *all* pairs between them is high, so one mistaken pair can't chain two people together, as it does
 * in connected components.
 */
export interface Link {
  readonly a: number
  readonly b: number
  readonly probability: number
}

interface Joining {
  readonly mean: number
  readonly a: number
  readonly b: number
}

/** The cluster of every record, named by its first record. `score` is asked for pairs that `links` does not hold. */
export function cluster(
  records: number,
  links: readonly Link[],
  score: (i: number, j: number) => number,
  threshold: number,
): Int32Array {
  const members: (number[] | undefined)[] = Array.from({ length: records }, (_, i) => [i])
  /** By cluster: the sum of probabilities to each neighbour. */
  const sums: Map<number, number>[] = Array.from({ length: records }, () => new Map())
  const heap: Joining[] = []
  const offer = (a: number, b: number, sum: number) => {
    const mean = sum / ((members[a] as number[]).length * (members[b] as number[]).length)
    if (mean >= threshold) push(heap, a < b ? { mean, a, b } : { mean, a: b, b: a })
  }
  for (const { a, b, probability } of links) {
    ;(sums[a] as Map<number, number>).set(b, probability)
    ;(sums[b] as Map<number, number>).set(a, probability)
    offer(a, b, probability)
  }
  const across = (a: number, b: number) => {
    let sum = 0
    for (const i of members[a] as number[]) for (const j of members[b] as number[]) sum += score(i, j)
    return sum
  }
  for (let top = pop(heap); top !== undefined; top = pop(heap)) {
    const { a, b, mean } = top
    const [left, right] = [members[a], members[b]]
    if (left === undefined || right === undefined) continue
    const sum = (sums[a] as Map<number, number>).get(b) as number
    if (Math.abs(sum / (left.length * right.length) - mean) > 1e-12) continue
    const [sumsA, sumsB] = [sums[a] as Map<number, number>, sums[b] as Map<number, number>]
    const joined = new Map<number, number>()
    for (const c of new Set([...sumsA.keys(), ...sumsB.keys()])) {
      if (c === a || c === b || members[c] === undefined) continue
      joined.set(c, (sumsA.get(c) ?? across(a, c)) + (sumsB.get(c) ?? across(b, c)))
    }
    members[a] = left.concat(right)
    members[b] = undefined
    sums[a] = joined
    sums[b] = new Map()
    for (const [c, total] of joined) {
      const back = sums[c] as Map<number, number>
      back.delete(b)
      back.set(a, total)
      offer(a, c, total)
    }
  }
  const result = new Int32Array(records)
  members.forEach((each) => {
    if (each) for (const i of each) result[i] = Math.min(...each)
  })
  return result
}

/** The higher mean first; at the same mean the earlier clusters, so the outcome is one. */
function before(x: Joining, y: Joining): boolean {
  return x.mean !== y.mean ? x.mean > y.mean : x.a !== y.a ? x.a < y.a : x.b < y.b
}

function push(heap: Joining[], item: Joining): void {
  let at = heap.length
  heap.push(item)
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (!before(item, heap[parent] as Joining)) break
    heap[at] = heap[parent] as Joining
    at = parent
  }
  heap[at] = item
}

function pop(heap: Joining[]): Joining | undefined {
  const top = heap[0]
  const last = heap.pop()
  if (top === undefined || last === undefined || heap.length === 0) return top
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && before(heap[child + 1] as Joining, heap[child] as Joining)) child += 1
    if (!before(heap[child] as Joining, last)) break
    heap[at] = heap[child] as Joining
    at = child
  }
  heap[at] = last
  return top
}
