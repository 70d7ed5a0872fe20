import { inPool } from '../../platform/in-pool.ts'
import { MissingFile } from '../../platform/lake-files.ts'
import { readDay } from '../../platform/lake-manifest.ts'
import type { LakeObjects } from '../../platform/lake-objects.ts'
import { sha256 } from '../../platform/lake-parquet.ts'
import type { LakeSnapshot, SnapshotRange } from '../../platform/lake-reader.ts'
import type { LakeManifest } from '../../shared/contract/read-lake-manifest.ts'
import { SILVER_TABLES } from '../../shared/lake/columns.ts'
import { bronzePlace } from '../../shared/lake/lake-key.ts'
import { type DayManifest, filesOf, type LakeFile } from '../../shared/lake/manifest.ts'
import { CliError } from '../cli/command.ts'
import type { FileCache } from './file-cache.ts'
import { type LakeSource, objectOf } from './lake-source.ts'

/** A lake at one moment, with its files at hand. */
export interface OpenLake {
  readonly manifest: LakeManifest
  /** Of the days that were asked for. */
  readonly snapshot: LakeSnapshot
  /** Of all days. */
  readonly whole: LakeSnapshot
  readonly source: LakeSource
  /** The same objects, those that never change from the disk. */
  readonly objects: LakeObjects
  /** Fetches files that are not at hand; answers where they lie. @throws MissingFile, CliError when one is altered */
  fetch(files: readonly LakeFile[]): Promise<readonly string[]>
}

const AT_ONCE = 6

export interface Opening {
  readonly cacheOf: (workspace: string) => FileCache
  readonly range?: SnapshotRange
  /** Told while files are fetched. */
  readonly onFile?: (done: number, total: number) => void
}

export async function openLake(source: LakeSource, { cacheOf, range = {}, onFile }: Opening): Promise<OpenLake> {
  const manifest = await source.manifest()
  const { root, workspace } = manifest
  const cache = cacheOf(workspace)
  const objects = cachedObjects(source, cache)
  const days = new Map<string, DayManifest>()
  const wanted = Object.keys(root.days).sort()
  await inPool(wanted, AT_ONCE, async (day) => void days.set(day, await dayOf(objects, manifest, day)))
  cache.keepOnly(namedKeys(manifest, days))
  const isAsked = (day: string) => (range.from ?? day) <= day && day <= (range.to ?? day)
  const tail = manifest.tail.flatMap((key) => bronzePlace(key) ?? [])
  const asked = new Map([...days].filter(([day]) => isAsked(day)).sort())
  let [fetched, total] = [0, 0]
  return {
    manifest,
    source,
    objects,
    snapshot: { workspace, root, days: asked, tail },
    whole: { workspace, root, days: new Map([...days].sort()), tail },
    async fetch(files) {
      const missing = files.filter(({ key }) => !cache.has(key))
      total += missing.length
      await inPool(missing, AT_ONCE, async (file) => {
        const object = await source.get(file.key)
        if (!object) throw new MissingFile(file.key)
        const body = new Uint8Array(await object.arrayBuffer())
        if (sha256(body) !== file.sha256) throw new AlteredFile(file.key)
        cache.write(file.key, body)
        onFile?.(++fetched, total)
      })
      return files.map(({ key }) => cache.path(key))
    },
  }
}

/** Not what the manifest says: changed by hand, or broken on its way. */
export class AlteredFile extends CliError {
  constructor(key: string) {
    super(`${key} is not what the manifest says it is; \`npx tributary lake verify\` says more.`)
  }
}

/** Silver, gold and days never change under their name; of bronze a line may be taken out, and it is not kept here. */
function cachedObjects(source: LakeSource, cache: FileCache): LakeObjects {
  return {
    async get(key) {
      const kept = cache.read(key)
      if (kept) return objectOf(kept.buffer)
      const object = await source.get(key)
      if (!object || key.startsWith('bronze/')) return object
      const body = await object.arrayBuffer()
      cache.write(key, new Uint8Array(body))
      return objectOf(body, object.etag)
    },
  }
}

async function dayOf(objects: LakeObjects, { root }: LakeManifest, day: string): Promise<DayManifest> {
  try {
    return await readDay(objects, root, day)
  } catch (error) {
    if (root.days[day] && (await objects.get(root.days[day].key)) === null) throw new MissingFile(root.days[day].key)
    throw error
  }
}

function namedKeys({ root }: LakeManifest, days: ReadonlyMap<string, DayManifest>): readonly string[] {
  const silver = [...days.values()].flatMap((day) => SILVER_TABLES.flatMap((table) => filesOf(day, table)))
  const gold = Object.values(root.gold?.tables ?? {}).flat()
  return [...Object.values(root.days), ...silver, ...gold].map(({ key }) => key)
}

const TRIES = 5

/**
 * Opens a lake and reads it. A file that is gone was replaced meanwhile, and the lake is opened again; one that stays away
 * was deleted by hand.
 */
export async function withLake<T>(
  source: LakeSource,
  opening: Opening,
  read: (lake: OpenLake) => Promise<T>,
): Promise<T> {
  let gone: string | undefined
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      return await read(await openLake(source, opening))
    } catch (error) {
      if (!(error instanceof MissingFile)) throw error
      if (gone === error.key) break
      gone = error.key
    }
  }
  throw new CliError(`${gone} is named by the manifest and is not there; \`npx tributary lake verify\` says more.`)
}
