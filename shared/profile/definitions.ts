import type { SegmentDefinition } from '../config/workspace-config.ts'
import { type PreparedCondition, prepare } from '../segment/evaluate.ts'
import type { Reads } from '../segment/kind.ts'
import { matchesName } from '../segment/person-view.ts'
import { readsOf } from '../segment/reads.ts'

/**
 * A workspace's segment definitions, indexed by what they read, so that an event evaluates only the definitions it
 * could have changed. Built once per config version and isolate.
 */
export interface Definition {
  readonly key: string
  readonly reads: Reads
  readonly prepared: PreparedCondition
}

export class Definitions {
  readonly version: number
  readonly all: readonly Definition[]
  readonly #byKey: ReadonlyMap<string, Definition>
  readonly #byTrait = new Map<string, Definition[]>()
  readonly #byPattern = new Map<string, Definition[]>()

  constructor(version: number, segments: readonly SegmentDefinition[]) {
    this.version = version
    this.all = segments.map(({ key, condition }) => ({ key, reads: readsOf(condition), prepared: prepare(condition) }))
    this.#byKey = new Map(this.all.map((definition) => [definition.key, definition]))
    for (const definition of this.all) {
      for (const trait of definition.reads.traits) push(this.#byTrait, trait, definition)
      for (const pattern of definition.reads.events) push(this.#byPattern, pattern, definition)
    }
  }

  get(key: string): Definition | undefined {
    return this.#byKey.get(key)
  }

  /** The definitions that read any of these traits or event names, each once. */
  affectedBy(traits: ReadonlySet<string>, names: ReadonlySet<string>): ReadonlySet<Definition> {
    const affected = new Set<Definition>()
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

function push(index: Map<string, Definition[]>, name: string, definition: Definition): void {
  const list = index.get(name)
  if (list) list.push(definition)
  else index.set(name, [definition])
}
