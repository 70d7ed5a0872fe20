import { type Reading, sum } from '../../scripts/demo/metrics.ts'
import type { Expected } from './traffic.ts'

/** What a person looks like from inside when everything has settled (bench/soak/worker.ts). */
export interface SeenPerson {
  readonly ids: readonly (string | null)[]
  readonly counts?: Readonly<Record<string, number>>
  /** ENTER and EXIT in the timeline; the id is `<who told it>:<segment>:<which one>`. */
  readonly changes?: readonly { readonly messageId: string; readonly change: string }[]
  readonly dueSoon?: boolean
}

export interface Verdict {
  readonly lost: number
  readonly doubled: number
  /** What does not hold, in words; at most a few of each kind. */
  readonly broken: readonly string[]
}

/** Compares one person with what was counted by hand. */
export function judgePerson(person: number, expected: ReadonlyMap<string, number>, seen: SeenPerson): Verdict {
  const broken: string[] = []
  if (new Set(seen.ids).size !== 1 || seen.ids.includes(null)) broken.push(`person ${person} is ${seen.ids.join(', ')}`)
  let [lost, doubled] = [0, 0]
  for (const name of new Set([...expected.keys(), ...Object.keys(seen.counts ?? {})])) {
    // What Tributary tells itself is no event of the traffic.
    if (/ (ENTER|EXIT)$/.test(name)) continue
    const [should, is] = [expected.get(name) ?? 0, seen.counts?.[name] ?? 0]
    lost += Math.max(0, should - is)
    doubled += Math.max(0, is - should)
  }
  if (lost + doubled > 0) broken.push(`person ${person}: ${lost} lost, ${doubled} counted twice`)
  broken.push(...disorder(seen).map((what) => `person ${person}: ${what}`))
  if (seen.dueSoon) broken.push(`person ${person} has something to tell still`)
  return { lost, doubled, broken }
}

/**
 * Whoever tells ENTER and EXIT of a segment tells them in turn. Two people who are merged now each told their own; the one
 * that stayed may begin with the EXIT of what the other had entered.
 */
function disorder({ changes = [] }: SeenPerson): readonly string[] {
  const which = (messageId: string) => Number(messageId.split(':').at(-1))
  const inOrder = [...changes].sort((a, b) => which(a.messageId) - which(b.messageId))
  const tellers = Map.groupBy(inOrder, ({ messageId }) => messageId.slice(0, messageId.lastIndexOf(':')))
  const entered = new Set(
    changes.filter(({ change }) => change === 'ENTER').map(({ messageId }) => messageId.split(':')[1]),
  )
  return [...tellers].flatMap(([told, mine]) => {
    const inTurn = mine.every(({ change }, i) => i === 0 || change !== mine[i - 1]?.change)
    const hadEntered = mine[0]?.change === 'ENTER' || entered.has(told.split(':')[1])
    return inTurn && hadEntered ? [] : [`${told} is ${mine.map(({ change }) => change).join(' ')}`]
  })
}

/** The equation over all of it: what was taken from clients is decided, once. */
export function judgeLedger(taken: number, reading: Reading, unique: { readonly valid: number }): Verdict {
  const outcomes = decided(reading)
  const broken: string[] = []
  if (outcomes !== taken) broken.push(`${taken} copies were taken, and ${outcomes} have an outcome`)
  if (reading.applied !== unique.valid)
    broken.push(`${unique.valid} different messages were sent, and ${reading.applied} were applied`)
  return { lost: Math.max(0, taken - outcomes), doubled: Math.max(0, reading.applied - unique.valid), broken }
}

export function decided({ applied, duplicate, dropped, rejected, deadLetters }: Reading): number {
  return applied + duplicate + sum(dropped) + sum(rejected) + sum(deadLetters)
}

/** The line that a script reads. */
export function lastLine(taken: number, reading: Reading, lost: number, doubled: number): string {
  const { applied, duplicate, dropped, rejected, deadLetters } = reading
  return (
    `accepted ${taken}, applied ${applied}, duplicate ${duplicate}, dropped ${sum(dropped)}, ` +
    `rejected ${sum(rejected)}, dead letters ${sum(deadLetters)}, lost ${lost}, doubled ${doubled}`
  )
}

export function expectedOf(expected: Expected, person: number): ReadonlyMap<string, number> {
  return expected.get(person) ?? new Map()
}
