import { type Figure, targetText, valueText } from './figures.ts'
import type { Results } from './plot.ts'

const [BEGIN, END] = ['<!-- figures: written by npm run bench -- --page -->', '<!-- end of figures -->']

/** The page with its table of figures replaced by this run's. @throws when it has no place for them */
export function pageWith(page: string, { at, machine, results }: Results): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (begin === -1 || end < begin) throw new Error(`the page has no ${BEGIN} … ${END}`)
  const rows = Object.entries(results).flatMap(([bench, figures]) => figures.map((figure) => rowOf(bench, figure)))
  const table = [
    '| benchmark | figure | measured | beside its baseline | target |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ]
  const when = `${at.slice(0, 16).replace('T', ' ')} UTC, ${machine}.`
  return `${page.slice(0, begin)}${BEGIN}\n${when}\n\n${table.join('\n')}\n${page.slice(end)}`
}

function rowOf(bench: string, figure: Figure): string {
  const { name, ratio, baseline } = figure
  const beside = ratio === undefined ? '' : `${ratio.toPrecision(3)} × ${baseline}`
  return `| \`${bench}\` | ${name} | ${valueText(figure)} | ${beside} | ${targetText(figure)} |`
}
