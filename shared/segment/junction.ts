import { type Budget, constant, type Signal, stepped, type Verdict } from './signal.ts'

/**
 * `and` and `or` over signals, in Kleene logic. One part decides alone with the deciding verdict (`false` for and,
 * `true` for or), whatever the others say; failing that, one unknown part leaves the whole unknown.
 */
export function all(parts: readonly Signal[], budget: Budget): Signal {
  return junction(parts, false, budget)
}

export function any(parts: readonly Signal[], budget: Budget): Signal {
  return junction(parts, true, budget)
}

function junction(parts: readonly Signal[], deciding: boolean, budget: Budget): Signal {
  if (parts.length === 0) return constant(!deciding)
  if (parts.length === 1) return parts[0] as Signal

  function at(t: number): Verdict {
    let verdict: Verdict = !deciding
    for (const part of parts) {
      const its = part.at(t)
      if (its === deciding) return deciding
      if (its === 'unknown') verdict = its
    }
    return verdict
  }

  /**
   * As long as any part decides, the whole is decided: it holds at least until the last of the parts that decide now has
   * changed. Otherwise any change of any part may matter.
   */
  function nextPoint(t: number): number {
    let last = Number.NEGATIVE_INFINITY
    for (const part of parts) {
      if (part.at(t) === deciding) last = Math.max(last, part.changeAfter(t))
      if (last === Number.POSITIVE_INFINITY) return last
    }
    if (last !== Number.NEGATIVE_INFINITY) return last
    let first = Number.POSITIVE_INFINITY
    for (const part of parts) first = Math.min(first, part.changeAfter(t))
    return first
  }

  return stepped(at, nextPoint, budget, parts.length)
}

/**
 * At least k of the parts. As `any` is one of them and `all` is all of them, this is what lies between, and like them it
 * looks no sooner than enough parts can have changed.
 */
export function someOf(k: number, parts: readonly Signal[], budget: Budget): Signal {
  const need = { true: k, false: parts.length - k + 1 }
  function tally(t: number) {
    const count = { true: 0, false: 0 }
    for (const part of parts) {
      const verdict = part.at(t)
      if (verdict === true) count.true += 1
      else if (verdict === false) count.false += 1
    }
    return count
  }
  function at(t: number): Verdict {
    const count = tally(t)
    return count.true >= need.true ? true : count.false >= need.false ? false : 'unknown'
  }
  function nextPoint(t: number): number {
    const count = tally(t)
    const changes = (which: (verdict: Verdict) => boolean, nth: number) =>
      parts
        .filter((part) => which(part.at(t)))
        .map((part) => part.changeAfter(t))
        .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))[nth - 1] ?? Number.POSITIVE_INFINITY
    if (count.true >= need.true) return changes((verdict) => verdict === true, count.true - need.true + 1)
    if (count.false >= need.false) return changes((verdict) => verdict === false, count.false - need.false + 1)
    return Math.min(
      changes((verdict) => verdict !== true, need.true - count.true),
      changes((verdict) => verdict !== false, need.false - count.false),
    )
  }
  return stepped(at, nextPoint, budget, parts.length)
}
