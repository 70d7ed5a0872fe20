import type { And, Everyone, Not, Or } from '../condition.ts'
import { all, any } from '../junction.ts'
import type { Kind } from '../kind.ts'
import { constant, opposite } from '../signal.ts'
import { series } from '../words.ts'

/** `and`, `or`, `not` and `everyone`: Kleene logic over conditions. `not` is of a known person; `evaluate` sees to that. */
export const and: Kind<And> = {
  prepare: (_, children) => (moment) =>
    all(
      children.map((child) => child(moment)),
      moment.budget,
    ),
  reads: () => ({}),
  sentence: (_, children) => series(children, 'and'),
}

export const or: Kind<Or> = {
  prepare: (_, children) => (moment) =>
    any(
      children.map((child) => child(moment)),
      moment.budget,
    ),
  reads: () => ({}),
  sentence: (_, children) => series(children, 'or'),
}

export const not: Kind<Not> = {
  prepare: (_, children) => (moment) =>
    // A `not` has one child, so this is its opposite.
    opposite(
      all(
        children.map((child) => child(moment)),
        moment.budget,
      ),
    ),
  reads: () => ({}),
  sentence: (_, children) => `not (${children.join('')})`,
}

export const everyone: Kind<Everyone> = {
  prepare: () => () => constant(true),
  reads: () => ({}),
  sentence: () => 'everyone',
}
