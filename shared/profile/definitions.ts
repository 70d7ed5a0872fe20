import type { SegmentDefinition } from '../config/workspace-config.ts'
import { matchesName } from '../segment/person-view.ts'
import { readsOf } from '../segment/reads.ts'

/**
 * A workspace's segment definitions, indexed by what they read, so that an event evaluates only the definitions it
 * could have changed. Built once per config version and isolate.
 */
export class Definitions {
  readonly version: number
  readonly all: readonly SegmentDefinition[]
  readonly #byKey: ReadonlyMap<string, SegmentDefinition>
  readonly #byTrait = new Map<string, SegmentDefinition[]>()
  readonly #byPattern = new Map<string, SegmentDefinition[]>()

  constructor(version: number, all: readonly SegmentDefinition[]) {
    this.version = version
    this.all = all
    this.#byKey = new Map(all.map((definition) => [definition.key, definition]))
    for (const definition of all) {
      const reads = readsOf(definition.condition)
      for (const trait of reads.traits) push(this.#byTrait, trait, definition)
      for (const pattern of reads.events) push(this.#byPattern, pattern, definition)
    }
  }

  get(key: string): SegmentDefinition | undefined {
    return this.#byKey.get(key)
  }

  /** The definitions that read any of these traits or event names, each once. */
  affectedBy(traits: ReadonlySet<string>, names: ReadonlySet<string>): ReadonlySet<SegmentDefinition> {
    const affected = new Set<SegmentDefinition>()
    for (const trait of traits) for (const definition of this.#byTrait.get(trait) ?? []) affected.add(definition)
    for (const [pattern, definitions] of this.#byPattern) {
      for (const name of names) {
        if (!matchesName(pattern, name)) continue
        for (const definition of definitions) affected.add(definition)
        break
      }
    }
    return affected
  }
}

function push(index: Map<string, SegmentDefinition[]>, name: string, definition: SegmentDefinition): void {
  const list = index.get(name)
  if (list) list.push(definition)
  else index.set(name, [definition])
}
