import { type Figure, targetText, valueText } from './figures.ts'
import { whenAndWhere, withBlock } from './page-block.ts'
import type { Results } from './plot.ts'

/** The page with its table of figures replaced by this run's. @throws when it has no place for them */
export function pageWith(page: string, { at, machine, results }: Results): string {
  const rows = Object.entries(results).flatMap(([bench, figures]) => figures.map((figure) => rowOf(bench, figure)))
  const table = [
    '| benchmark | figure | measured | beside its baseline | target |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ]
  return withBlock(page, 'npm run bench -- --page', `${whenAndWhere(at, machine)}\n\n${table.join('\n')}`)
}

function rowOf(bench: string, figure: Figure): string {
  const { name, ratio, baseline } = figure
  const beside = ratio === undefined ? '' : `${ratio.toPrecision(3)} × ${baseline}`
  return `| \`${bench}\` | ${name} | ${valueText(figure)} | ${beside} | ${targetText(figure)} |`
}
