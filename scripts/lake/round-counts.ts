import { HOUR } from '../../shared/kernel/instant.ts'
import type { Row, SilverTable } from '../../shared/lake/columns.ts'
import type { PlacedLine } from '../../shared/lake/split-lines.ts'
import type { Border, Expectation, QualityTable } from '../../shared/quality/expectation.ts'
import { lineRow } from '../../shared/quality/line-row.ts'
import { expectedOf } from '../../shared/quality/result.ts'
import { joinTallies, type Tallies, tallyRows } from '../../shared/quality/tally.ts'
import type { RoundEnd } from './round-calls.ts'

/** What the expectations of a workspace count of a round, piece by piece: the Worker judges it without the rows. */
export function roundCounts(expectations: readonly Expectation[]) {
  const tallies = new Map<string, { border: Border; table: QualityTable; hour: number; tallies: Tallies }>()
  const objects = new Map<string, Set<string>>()
  const add = (border: Border, table: QualityTable, hour: number, rows: readonly Row[]) => {
    const name = `${border}/${table}/${hour}`
    const more = tallyRows(table, rows, expectedOf(expectations, border, table))
    const held = tallies.get(name)
    tallies.set(name, { border, table, hour, tallies: held ? joinTallies(held.tallies, more) : more })
  }
  return {
    add(lines: readonly PlacedLine[], rows: ReadonlyMap<SilverTable, readonly { readonly row: Row }[]>): void {
      for (const { object, line } of lines) {
        const name = `${object.stream}/${hourOf(Number(line['receivedAt']))}`
        objects.set(name, (objects.get(name) ?? new Set()).add(object.name))
      }
      const arrived = lines.filter(({ object }) => object.stream === 'events').map(({ line }) => lineRow(line))
      for (const [hour, those] of byHour(arrived)) add('bronze', 'lines', hour, those)
      for (const table of ['events', 'own_events'] as const)
        for (const [hour, those] of byHour((rows.get(table) ?? []).map(({ row }) => row)))
          add('silver', table, hour, those)
    },
    all(): RoundEnd['counts'] {
      return [...tallies.values()].map(({ border, table, hour, tallies: counted }) => {
        const stream = table === 'own_events' ? 'effects' : 'events'
        const names = border === 'silver' ? [...(objects.get(`${stream}/${hour}`) ?? [])] : []
        return { border, table, hour, tallies: counted as RoundEnd['counts'][number]['tallies'], objects: names }
      })
    },
  }
}

function byHour(rows: readonly Row[]): ReadonlyMap<number, readonly Row[]> {
  return Map.groupBy(rows, (row) => hourOf(Number(row['received_at'])))
}

function hourOf(at: number): number {
  return Math.floor(at / HOUR) * HOUR
}
