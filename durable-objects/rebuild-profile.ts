import type { CanonicalId } from '../shared/kernel/id.ts'
import { PROFILE_LIMITS } from '../shared/profile/profile-limits.ts'
import { type RebuildLine, type Rebuilt, rebuild } from '../shared/profile/rebuild.ts'
import { definitionsOf } from './definitions-of.ts'
import type { ProfileCell } from './profile-cell.ts'

/**
 * A profile while it is rebuilt. Lines of the archive are put aside page by page, beside the state, which goes on taking
 * events; the last call folds them and replaces the state in one transaction. There is nothing in between that a crash
 * could leave behind, and what is put aside goes with the person: by an erasure, and when the profile is merged away.
 *
 * The plan is the graph's answer. Should the profile be split before the end, the rebuild is begun again; what was merged
 * into it meanwhile stays as it is.
 */
export interface RebuildPlan {
  readonly job: string
  readonly epoch: number
  readonly leaves: readonly CanonicalId[]
}

/** `done`: by this very job, which meets some people twice. `elsewhere`: merged away. `gone`: erased. */
export type RebuildBegun = { readonly kind: 'ok' | 'done' | 'elsewhere' | 'gone' }

export type RebuildFinished =
  | ({ readonly kind: 'done' } & Rebuilt)
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'gone' }
  /** To be begun again: the profile was split, or another rebuild came. */
  | { readonly kind: 'again' }
  /** The configuration cannot be read: to be asked again. */
  | { readonly kind: 'unreadable' }

/** Operations of the graph count from one. */
const PLAN = -1
const LINES = -2

/** The plan, and once it is carried out what came of it, for whoever asks again. */
interface Kept {
  readonly plan: RebuildPlan
  readonly done?: Rebuilt
}

export function beginRebuild(cell: ProfileCell, plan: RebuildPlan): RebuildBegun {
  const kind = whereabouts(cell)
  if (kind !== 'here') return { kind }
  const kept = keptOf(cell)
  if (kept?.done && kept.plan.job === plan.job) return { kind: 'done' }
  cell.transact(() => {
    cell.store.staging.clear(LINES)
    keep(cell, { plan })
    return { answer: undefined, changed: false }
  })
  return { kind: 'ok' }
}

/** A page that is staged again takes the place of the first. */
export function stageRebuild(cell: ProfileCell, job: string, index: number, lines: string): boolean {
  if (whereabouts(cell) !== 'here' || keptOf(cell)?.plan.job !== job) return false
  cell.store.staging.put(LINES, index, lines)
  return true
}

export async function finishRebuild(cell: ProfileCell, job: string): Promise<RebuildFinished> {
  const [config] = await Promise.all([cell.config(0), cell.alarm.load()])
  if (!config) return { kind: 'unreadable' }
  const kind = whereabouts(cell)
  if (kind !== 'here') return { kind }
  const kept = keptOf(cell)
  if (!kept || kept.plan.job !== job) return { kind: 'again' }
  if (kept.done) return { kind: 'done', ...kept.done }
  return cell.transact((state): { answer: RebuildFinished; changed: boolean } => {
    const { plan } = kept
    if (state.epoch > plan.epoch) return { answer: { kind: 'again' }, changed: false }
    const rebuilt = rebuild(state, cell.store, linesOf(cell), {
      now: Date.now(),
      leaves: plan.leaves,
      limits: { ...PROFILE_LIMITS, ...config.settings.retention },
      definitions: definitionsOf(config),
    })
    cell.store.staging.clear(LINES)
    keep(cell, { plan, done: rebuilt })
    if (rebuilt.changed) state.documentOwed = true
    return { answer: { kind: 'done', ...rebuilt }, changed: true }
  })
}

function whereabouts(cell: ProfileCell): 'here' | 'elsewhere' | 'gone' {
  const state = cell.load()
  if (state?.erasedAt !== undefined) return 'gone'
  return state && state.redirect !== null ? 'elsewhere' : 'here'
}

function* linesOf(cell: ProfileCell): Generator<RebuildLine> {
  // Written by queues/rebuild-profiles.ts from lines it has read, so their shape is known.
  for (const page of cell.store.stagedPages(LINES)) yield* JSON.parse(page) as RebuildLine[]
}

function keptOf(cell: ProfileCell): Kept | undefined {
  const text = cell.store.staging.page(PLAN, 0)
  return text === undefined ? undefined : (JSON.parse(text) as Kept)
}

function keep(cell: ProfileCell, kept: Kept): void {
  cell.store.staging.put(PLAN, 0, JSON.stringify(kept))
}
