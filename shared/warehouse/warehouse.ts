import type { z } from 'zod'
import type { JsonObject } from '../kernel/json.ts'
import type { Row } from '../lake/columns.ts'
import type { LakeFile } from '../lake/manifest.ts'
import type { WantedTable } from './wanted-tables.ts'

/**
 * One kind of warehouse, as a value: what its settings are, and which steps bring its tables to what is wanted. Carrying
 * them out is the port's (platform/warehouse-*.ts).
 */
export interface WarehouseType {
  readonly type: string
  readonly title: string
  /** One line for the docs. A service that was never called from here says so: *unverified against the live service*. */
  readonly about: string
  readonly settings: z.ZodObject
  /** Settings that are encrypted at rest and never read back. */
  readonly secrets: readonly string[]
  /** Settings that are addresses (URLs): checked when they are saved. */
  readonly addresses: readonly string[]
  /** Settings that are a host's name: checked as well. */
  readonly hosts: readonly string[]
  /** `told`: it cannot delete; those who are erased are told to a table of their own. */
  readonly erases: 'deleted' | 'told'
  /** What is missing, as steps in the warehouse's own language. Adds only: nothing is renamed, narrowed or dropped. */
  plan(present: Present, wanted: readonly WantedTable[], settings: JsonObject): readonly string[]
}

/** The columns of the tables that are there. `PLACE` is among them when the schema, database or dataset itself is. */
export type Present = ReadonlyMap<string, ReadonlySet<string>>

export const PLACE = '.'

interface Definition<S extends z.ZodObject> {
  readonly type: string
  readonly title: string
  readonly about: string
  readonly settings: S
  readonly secrets: readonly (keyof z.output<S> & string)[]
  readonly addresses?: readonly (keyof z.output<S> & string)[]
  readonly hosts?: readonly (keyof z.output<S> & string)[]
  readonly erases?: 'told'
  plan(present: Present, wanted: readonly WantedTable[], settings: z.output<S>): readonly string[]
}

/** Settings were parsed by the very schema when they were saved, which is what the cast says. */
export function defineWarehouse<S extends z.ZodObject>(definition: Definition<S>): WarehouseType {
  const { addresses = [], hosts = [], erases = 'deleted', ...rest } = definition
  return { ...rest, addresses, hosts, erases } as unknown as WarehouseType
}

/** A file of the lake on its way: the same batch has the same id, however often it is tried. */
export interface Batch {
  readonly id: string
  readonly table: WantedTable
  /** `2026-11-21`, or '' of tables without days. */
  readonly slice: string
  readonly file: LakeFile
  readonly rows: readonly Row[]
  /** The same rows as a file. */
  parquet(): Uint8Array<ArrayBuffer>
  /** Of a table that is replaced: the replacement that it is part of. */
  readonly replacement?: string
}

/** How the id of every replacement of a slice begins. */
export function replacementPrefix(table: Pick<WantedTable, 'name'>, slice: string): string {
  return `${table.name}/${slice}/`
}

/** The name under which a warehouse notes whose it is. */
export const OWNER = 'owner'

/** A slice that is to be what these batches are, and nothing else. */
export interface Replacement {
  readonly id: string
  readonly table: WantedTable
  readonly slice: string
  readonly batches: readonly string[]
  readonly files: readonly LakeFile[]
}

/** `pending`: the warehouse is at work on it; ask with the same words again in a while. */
export type Loaded = { readonly rows: number } | 'pending'

/** By slice (day of arrival, or ''): how many rows there are. */
export type Counts = Readonly<Record<string, number>>

/** What every kind of warehouse can do. Everything bears repetition, and a crash at any moment. */
export interface WarehousePort {
  /** Its slices are those of the lake, and go with them: it cannot take a person out by itself. */
  readonly mirrors?: true
  present(): Promise<Present>
  /** Carries a step of the plan out. */
  change(step: string): Promise<void>
  /** Notes that it is this workspace's, of which another one's rows would not be told apart. @throws WarehouseRefusal */
  claim(owner: string): Promise<void>
  /** Adds a batch to a table that grows, or lays it aside for a replacement. Once per batch id. */
  load(batch: Batch): Promise<Loaded>
  /** Puts what was laid aside in the place of the slice. */
  replace(replacement: Replacement): Promise<Loaded>
  /** Says which files a slice of a table that grows consists of now. Of warehouses that are made of files. */
  settle?(table: WantedTable, slice: string, files: readonly LakeFile[]): Promise<void>
  /** Whose every leaf is now: rows of `merges`, all of them. `id` names this state of it. */
  remap(rows: readonly Row[], id: string): Promise<Loaded>
  /** Takes people out of every table. Answers how many rows went, when it is known. */
  erase(tables: readonly WantedTable[], ids: readonly string[], id: string): Promise<Loaded>
  counts(table: WantedTable): Promise<Counts | 'pending' | 'unknown'>
  close(): Promise<void>
}

/** The warehouse says no, and will again: settings that are wrong, rights that are missing. */
export class WarehouseRefusal extends Error {}
