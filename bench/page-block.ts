/**
 * A page with the block that a command writes replaced: what stands between the two comments.
 * @throws when the page has no place for it
 */
export function withBlock(page: string, command: string, block: string): string {
  const [begin, end] = [`<!-- figures: written by ${command} -->`, '<!-- end of figures -->']
  const from = page.indexOf(begin)
  const to = page.indexOf(end, from)
  if (from === -1 || to === -1) throw new Error(`the page has no ${begin} … ${end}`)
  return `${page.slice(0, from)}${begin}\n${block}\n${page.slice(to)}`
}

/** When and where, as the pages say it. */
export function whenAndWhere(at: string, machine: string): string {
  return `${at.slice(0, 16).replace('T', ' ')} UTC, ${machine}.`
}
