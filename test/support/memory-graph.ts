import {
  type Erasure,
  type GraphStore,
  type IdentifierRow,
  type NewOperation,
  type Operation,
  type ProfileRow,
  partiesOf,
} from '../../shared/identity/graph.ts'
import type { CanonicalId } from '../../shared/kernel/id.ts'

/** An identity graph in memory, for simulations of the real decisions. */
export class MemoryGraph implements GraphStore {
  readonly identifiers = new Map<string, IdentifierRow>()
  readonly roots = new Map<CanonicalId, CanonicalId>()
  readonly profiles = new Map<CanonicalId, ProfileRow>()
  readonly erased = new Map<CanonicalId, Erasure>()
  readonly operations: Operation[] = []

  identifier(key: string): IdentifierRow | undefined {
    return this.identifiers.get(key)
  }
  saveIdentifier(key: string, row: IdentifierRow): void {
    this.identifiers.set(key, row)
  }
  leafOf(key: string): CanonicalId | undefined {
    return this.identifiers.get(key)?.leaf
  }
  rootOf(leaf: CanonicalId): CanonicalId {
    return this.roots.get(leaf) ?? leaf
  }
  setRoot(leaf: CanonicalId, root: CanonicalId): void {
    this.roots.set(leaf, root)
  }
  profile(id: CanonicalId): ProfileRow | undefined {
    return structuredClone(this.profiles.get(id))
  }
  saveProfile(id: CanonicalId, row: ProfileRow): void {
    this.profiles.set(id, structuredClone(row))
  }
  deleteProfile(id: CanonicalId): void {
    this.profiles.delete(id)
  }
  erasure(leaf: CanonicalId): Erasure | undefined {
    return this.erased.get(leaf)
  }
  saveErasure(leaf: CanonicalId, erasure: Erasure | null): void {
    if (erasure) this.erased.set(leaf, erasure)
    else this.erased.delete(leaf)
  }
  addOperation(operation: NewOperation): number {
    const seq = this.operations.length + 1
    const whole = { ...operation, seq, done: false } as Operation
    this.operations.push({ ...whole, done: partiesOf(whole).length === 0 })
    return seq
  }
  saveOperation(operation: Operation): void {
    this.operations[operation.seq - 1] = operation
  }
  operation(seq: number): Operation | undefined {
    return this.operations[seq - 1]
  }
  openOperations(): readonly Operation[] {
    return this.operations.filter((operation) => !operation.done)
  }
  finish(seq: number): void {
    this.operations[seq - 1] = { ...(this.operations[seq - 1] as Operation), done: true }
  }
}
