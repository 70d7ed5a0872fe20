import { type Budget, NO_CHANGE, type Signal, stepped, type Verdict } from './signal.ts'
import { upTo } from './traffic.ts'

/** A signal from its verdict at any instant and all instants at which that can change, in any order. */
export function atPoints(at: (t: number) => Verdict, instants: Iterable<number>, budget: Budget): Signal {
  const points = [...new Set(instants)].filter(Number.isFinite).sort((a, b) => a - b)
  return stepped(at, (t) => points[upTo(points.length, (i) => points[i] as number, t)] ?? NO_CHANGE, budget)
}
