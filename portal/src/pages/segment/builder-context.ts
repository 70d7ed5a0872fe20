import { createContext, useContext } from 'react'
import type { FieldError } from '../../../../shared/kernel/failure.ts'
import type { Branch } from '../../segment/branch.ts'

/** What every part of the builder knows. */
export interface Builder {
  /** `focus`: the id of the element to go on with, once it is there. */
  change(change: (root: Branch) => Branch | undefined, focus?: string): void
  readonly root: Branch
  readonly faults: readonly FieldError[]
  /** Whether one went on from a branch: who is still filling it in is not told what is missing. */
  isLeft(id: string): boolean
  leave(id: string): void
}

const BuilderContext = createContext<Builder | undefined>(undefined)
export const BuilderProvider = BuilderContext.Provider

export function useBuilder(): Builder {
  const builder = useContext(BuilderContext)
  if (!builder) throw new Error('outside of a builder')
  return builder
}

/** What is told to be wrong with the field at a path, of a branch that was left. */
const FaultsContext = createContext<(path: string) => string | undefined>(() => undefined)
export const FaultsProvider = FaultsContext.Provider

export function useFault(path: string): string | undefined {
  return useContext(FaultsContext)(path)
}
