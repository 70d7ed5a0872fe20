import { FIGURE_GROUPS, type FigureGroup } from '../pipeline/figures.ts'
import type { Scope } from './contract.ts'
import { isGranted } from './granted.ts'

const SCOPES: Readonly<Record<FigureGroup, Scope>> = {
  people: 'profiles:read',
  segments: 'segments:read',
  deadLetters: 'dead-letters:read',
  queues: 'metrics:read',
}

/** Which figures the holder of these scopes is told beside those of events. */
export function grantedFigures(scopes: readonly string[]): readonly FigureGroup[] {
  return FIGURE_GROUPS.filter((group) => isGranted(scopes, SCOPES[group]))
}
