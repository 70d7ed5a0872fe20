import type { SegmentDefinition, WorkspaceConfig } from '../config/workspace-config.ts'
import { matchesName } from '../kernel/name-pattern.ts'
import type { Condition } from '../segment/condition.ts'
import { type PreparedCondition, prepare } from '../segment/evaluate.ts'
import type { Reads } from '../segment/kind.ts'
import type { PersonView } from '../segment/person-view.ts'
import { joinReads, readsOf } from '../segment/reads.ts'
import { sharedInstantsOf } from '../segment/shared-instants.ts'
import { prepareSurroundings, type Surroundings } from '../segment/surroundings.ts'

/**
 * A workspace's segment definitions, indexed by what they read, so that an event evaluates only the definitions it
 * could have changed. Built once per config version and isolate.
 */
export interface Definition {
  readonly key: string
  readonly condition: Condition
  /** With what the segments and computed traits read that it refers to: whatever changes them may change it. */
  readonly reads: Reads
  readonly prepared: PreparedCondition
  /** Instants at which it changes for many people at once; undefined when it has none. */
  readonly sharedInstants: ((person: PersonView) => ReadonlySet<number>) | undefined
  /** The workspace's other definitions, for whoever looks at a person. */
  readonly surroundings: Surroundings
}

/** What happened to a profile, in the words of `Reads`. */
export interface Changed {
  /** Traits of which another write stands now. */
  readonly traits: ReadonlySet<string>
  /** Traits that were written at all: what they once were may have changed. */
  readonly written?: ReadonlySet<string>
  readonly names: ReadonlySet<string>
  /** Types of identifiers. */
  readonly identifiers?: ReadonlySet<string>
  /** `channel:email`, `purpose:marketing`. */
  readonly consents?: ReadonlySet<string>
}

export class Definitions {
  readonly version: number
  readonly all: readonly Definition[]
  readonly surroundings: Surroundings
  readonly #byKey: ReadonlyMap<string, Definition>
  readonly #byTrait = new Map<string, Definition[]>()
  readonly #byHistory = new Map<string, Definition[]>()
  readonly #byName = new Map<string, Definition[]>()
  readonly #byPattern = new Map<string, Definition[]>()
  readonly #byIdentifier = new Map<string, Definition[]>()
  readonly #byConsent = new Map<string, Definition[]>()

  constructor(
    version: number,
    segments: readonly SegmentDefinition[],
    workspace: Partial<Pick<WorkspaceConfig, 'computedTraits' | 'percentiles'>> = {},
  ) {
    const { computedTraits = [], percentiles } = workspace
    this.version = version
    this.surroundings = prepareSurroundings({ segments, computedTraits, percentiles })
    const { surroundings } = this
    const reads = transitiveReads(segments, computedTraits)
    this.all = segments.map(({ key, condition }) => ({
      key,
      condition,
      reads: reads(condition),
      prepared: prepare(condition),
      sharedInstants: sharedInstantsOf(condition),
      surroundings,
    }))
    this.#byKey = new Map(this.all.map((definition) => [definition.key, definition]))
    for (const definition of this.all) {
      for (const trait of definition.reads.traits) push(this.#byTrait, trait, definition)
      for (const trait of definition.reads.histories) push(this.#byHistory, trait, definition)
      for (const type of definition.reads.identifiers) push(this.#byIdentifier, type, definition)
      for (const consent of definition.reads.consents) push(this.#byConsent, consent, definition)
      for (const pattern of definition.reads.events) {
        push(pattern.endsWith('*') ? this.#byPattern : this.#byName, pattern, definition)
      }
    }
  }

  get(key: string): Definition | undefined {
    return this.#byKey.get(key)
  }

  /** The definitions that read anything of what changed, each once. */
  affectedBy({ traits, written = NONE, names, identifiers = NONE, consents = NONE }: Changed): ReadonlySet<Definition> {
    const affected = new Set<Definition>()
    const add = (definitions: readonly Definition[] = []) => {
      for (const definition of definitions) affected.add(definition)
    }
    for (const trait of traits) add(this.#byTrait.get(trait))
    for (const trait of written) add(this.#byHistory.get(trait))
    for (const name of names) add(this.#byName.get(name))
    for (const type of identifiers) add(this.#byIdentifier.get(type))
    for (const consent of consents) add(this.#byConsent.get(consent))
    for (const [pattern, definitions] of this.#byPattern) {
      for (const name of names) {
        if (!matchesName(pattern, name)) continue
        add(definitions)
        break
      }
    }
    return affected
  }
}

const NONE: ReadonlySet<string> = new Set()

/** What a condition reads by itself and through the segments and computed traits it names. */
function transitiveReads(
  segments: readonly SegmentDefinition[],
  computedTraits: WorkspaceConfig['computedTraits'],
): (condition: Condition) => Reads {
  const conditions = new Map(segments.map(({ key, condition }) => [key, condition]))
  const events = new Map(computedTraits.map(({ key, aggregate }) => [key, aggregate.event]))
  return (condition) => {
    const met = new Set<string>()
    const all: Reads[] = []
    const visit = (one: Condition): void => {
      const direct = readsOf(one)
      const counted = direct.computed.flatMap((key) => events.get(key) ?? [])
      all.push({ ...direct, events: [...direct.events, ...counted] })
      for (const key of direct.segments) {
        const other = conditions.get(key)
        // Met once is enough, and ends a cycle.
        if (!other || met.has(key)) continue
        met.add(key)
        visit(other)
      }
    }
    visit(condition)
    return joinReads(all)
  }
}

function push(index: Map<string, Definition[]>, name: string, definition: Definition): void {
  const list = index.get(name)
  if (list) list.push(definition)
  else index.set(name, [definition])
}
