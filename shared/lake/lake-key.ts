import { HOUR, parseInstant, toIso } from '../kernel/instant.ts'
import { GOLD_TABLES, type GoldTable, SILVER_TABLES, type SilverTable } from './columns.ts'

/** The names of objects in the lake (docs/lake.md): one function per kind, so that each carries its workspace. */
export const STREAMS = ['events', 'effects'] as const
export type Stream = (typeof STREAMS)[number]

/** `2026-11-21` and `13` of an instant, UTC. */
export function partitionOf(at: number): { readonly day: string; readonly hour: string } {
  const text = toIso(at)
  return { day: text.slice(0, 10), hour: text.slice(11, 13) }
}

/** `dt=2026-11-21/hr=13`, for sorting in the order of time. */
export function hourPath(at: number): string {
  const { day, hour } = partitionOf(at)
  return `dt=${day}/hr=${hour}`
}

export function bronzePrefix(stream: Stream, at: number): string {
  return `bronze/${stream}/${hourPath(at)}/`
}

export function bronzeKey(stream: Stream, at: number, name: string): string {
  return `${bronzePrefix(stream, at)}${name}.ndjson.gz`
}

export interface BronzePlace {
  readonly stream: Stream
  /** Start of the hour, epoch milliseconds. */
  readonly hour: number
  readonly name: string
}

const BRONZE = /^(?:bronze|lake\/late)\/(events|effects)\/dt=(\d{4}-\d\d-\d\d)\/hr=(\d\d)\/([^/]+?)(?:\.ndjson\.gz)?$/

/** Where a bronze object, or the note that it is late, stands; undefined for any other key. */
export function bronzePlace(key: string): BronzePlace | undefined {
  const m = BRONZE.exec(key)
  const day = parseInstant(m?.[2])
  if (!m || day === undefined) return undefined
  return { stream: m[1] as Stream, hour: day + Number(m[3]) * HOUR, name: m[4] as string }
}

export const COMPACTION_KEY = 'lake/compaction.json'

/** What waited when the cron looked last. */
export const WAITING_KEY = 'lake/waiting.json'

export function latePrefix(stream: Stream): string {
  return `lake/late/${stream}/`
}

export function lateKey({ stream, hour, name }: BronzePlace): string {
  return `${latePrefix(stream)}${hourPath(hour)}/${name}`
}

export function takenKey(stream: Stream, hour: number): string {
  return `lake/taken/${stream}/${hourPath(hour)}.json`
}

/** What a round that was handed out is to end with, as its compactor said it. */
export function sealKey(round: number, hash: string): string {
  return `lake/sealed/${round}-${hash}.json`
}

export function rootKey(workspace: string): string {
  return `lake/ws=${workspace}/manifest.json`
}

export function dayKey(workspace: string, day: string, hash: string): string {
  return `lake/ws=${workspace}/days/dt=${day}/${hash}.json`
}

export function silverPrefix(table: SilverTable, workspace: string): string {
  return `silver/${table}/ws=${workspace}/`
}

/** `hash`: of its content, so that the same rows written again are the same file, and others never take its name. */
export function silverKey(table: SilverTable, workspace: string, at: number, generation: number, hash: string): string {
  return `${silverPrefix(table, workspace)}${hourPath(at)}/g${generation}-${hash}.parquet`
}

export function goldPrefix(table: GoldTable, workspace: string): string {
  return `gold/${table}/ws=${workspace}/`
}

export function goldKey(table: GoldTable, workspace: string, generation: number, hash: string): string {
  return `${goldPrefix(table, workspace)}g${generation}-${hash}.parquet`
}

const OWN_FILE =
  /^(?:(?<layer>silver|gold)\/(?<table>[a-z_]+)|lake)\/ws=(?<workspace>[^/]+)\/(?<rest>manifest\.json|[\w=/.-]+\.(?:parquet|json))$/

/** Is it a file of this workspace's silver, gold or manifests? Bronze is everybody's. */
export function isFileOf(workspace: string, key: string): boolean {
  const { layer, table = '', workspace: owner } = OWN_FILE.exec(key)?.groups ?? {}
  if (owner !== workspace) return false
  if (layer === undefined) return true
  const tables: readonly string[] = layer === 'silver' ? SILVER_TABLES : GOLD_TABLES
  return tables.includes(table)
}
