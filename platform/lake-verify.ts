import { SILVER_TABLES } from '../shared/lake/columns.ts'
import { DayManifest, filesOf } from '../shared/lake/manifest.ts'
import { inPool } from './in-pool.ts'
import { readTagged } from './lake-json.ts'
import { readRoot } from './lake-manifest.ts'

/** A file that the manifest names and that is not as it says: deleted or replaced by hand. */
export interface BrokenFile {
  readonly key: string
  readonly problem: 'missing' | 'size' | 'unreadable'
}

const AT_ONCE = 6

/** Whether every file that the manifests of a workspace name is there, in its size. */
export async function verifyFiles(bucket: R2Bucket, workspace: string): Promise<readonly BrokenFile[]> {
  const { value: root } = await readRoot(bucket, workspace)
  const broken: BrokenFile[] = []
  const files = Object.values(root.gold?.tables ?? {}).flat()
  for (const { key } of Object.values(root.days)) {
    const day = await readTagged(bucket, key, DayManifest).catch(() => 'unreadable' as const)
    if (day === null || day === 'unreadable') broken.push({ key, problem: day ?? 'missing' })
    else files.push(...SILVER_TABLES.flatMap((table) => filesOf(day.value, table)))
  }
  await inPool(files, AT_ONCE, async ({ key, bytes }) => {
    const head = await bucket.head(key)
    if (!head) broken.push({ key, problem: 'missing' })
    else if (head.size !== bytes) broken.push({ key, problem: 'size' })
  })
  return broken.toSorted((a, b) => (a.key < b.key ? -1 : 1))
}
