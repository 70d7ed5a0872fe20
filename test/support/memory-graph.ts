import type { GraphStore, IdentifierRow, MergeOperation, ProfileRow } from '../../shared/identity/graph.ts'
import type { CanonicalId } from '../../shared/kernel/id.ts'

/** An identity graph in memory, for simulations of the real decisions. */
export class MemoryGraph implements GraphStore {
  readonly identifiers = new Map<string, IdentifierRow>()
  readonly roots = new Map<CanonicalId, CanonicalId>()
  readonly profiles = new Map<CanonicalId, ProfileRow>()
  readonly operations: MergeOperation[] = []

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
  splitting(): boolean {
    return false
  }
  addOperation(operation: Omit<MergeOperation, 'seq' | 'done'>): number {
    const seq = this.operations.length + 1
    this.operations.push({ ...operation, seq, done: false })
    return seq
  }
  open(): readonly MergeOperation[] {
    return this.operations.filter((operation) => !operation.done)
  }
  finish(seq: number): void {
    const index = this.operations.findIndex((operation) => operation.seq === seq)
    this.operations[index] = { ...(this.operations[index] as MergeOperation), done: true }
  }
}
