import type { LakeDocument } from '../../shared/contract/read-lake.ts'
import type { Out } from './command.ts'
import { readJson, type Server } from './server.ts'

export async function printStatus(server: Server, isJson: boolean, out: Out): Promise<void> {
  const lake = await readJson<LakeDocument>(server, '/api/v1/lake')
  if (isJson) {
    out.write(`${JSON.stringify(lake)}\n`)
    return
  }
  const { waiting, tables, skippedDays } = lake
  out.write(`manifest ${lake.generation}, changed ${lake.updatedAt ?? 'never'}; gold of ${lake.goldAt ?? 'never'}\n`)
  const many = `${waiting.exact ? '' : 'more than '}${waiting.events}`
  const since = waiting.since === null ? '' : `, the oldest since ${Math.round(waiting.lagMs / 1000)} s`
  out.write(`${many} events wait in bronze${since}; queries see them\n`)
  const rows = tables.map(({ layer, table, files, rows: n, bytes, from, to }) => [
    layer,
    table,
    `${n.toLocaleString('en')} rows`,
    `${files} files`,
    sizeOf(bytes),
    from === null ? '' : `${from.slice(0, 16)} – ${to?.slice(0, 16)}`,
  ])
  const widths = [0, 1, 2, 3, 4, 5].map((i) => Math.max(0, ...rows.map((row) => row[i]?.length ?? 0)))
  for (const row of rows) {
    const cells = row.map((cell, i) => (i >= 2 && i <= 4 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
    out.write(`  ${cells.join('  ').trimEnd()}\n`)
  }
  if (skippedDays.length > 0)
    out.write(
      `gold has no sessions and no daily activity of ${skippedDays.join(', ')}: too many events; sql has them\n`,
    )
}

function sizeOf(bytes: number): string {
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, 'KB'] : bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB']
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`
}
