import { foldText } from './fold-text.ts'
import { digitsOf } from './search-text.ts'

/** What a search asks of the two text indexes; every term must be found. */
export interface SearchQuery {
  /** For the trigram index: terms of three characters and more, found anywhere inside of a word. */
  readonly grams: string | null
  /** For the word index: shorter terms, found at the beginning of a word. */
  readonly words: string | null
}

const MOST_TERMS = 10
const MOST_TERM_CHARS = 100
/** A trigram index knows nothing shorter. */
const GRAM = 3

/**
 * What a person typed, as full-text expressions. All of it is quoted, so that nothing in it is an operator. Undefined
 * when there is nothing in it to look for.
 */
export function searchQueryOf(typed: string): SearchQuery | undefined {
  const whole = digitsOf(typed)
  // A number typed with blanks is one number.
  const terms = whole !== undefined ? [whole] : foldText(typed).split(/\s+/).slice(0, MOST_TERMS)
  const grams: string[] = []
  const words: string[] = []
  for (const text of terms) {
    const term = [...text].slice(0, MOST_TERM_CHARS).join('')
    if ([...term].length >= GRAM) grams.push(eitherOf(term, digitsOf(term)))
    else if (/[\p{L}\p{N}]/u.test(term)) words.push(`${quoted(term)}*`)
  }
  if (grams.length + words.length === 0) return undefined
  return { grams: grams.length > 0 ? grams.join(' AND ') : null, words: words.length > 0 ? words.join(' AND ') : null }
}

/** A number is looked for as it was typed, by its digits, and without the zero that is dialled only at home. */
function eitherOf(term: string, digits: string | undefined): string {
  const national = digits?.replace(/^0+/, '') ?? ''
  const forms = new Set([
    term,
    ...(digits === undefined ? [] : [digits]),
    ...(national.length >= GRAM ? [national] : []),
  ])
  return forms.size === 1 ? quoted(term) : `(${[...forms].map(quoted).join(' OR ')})`
}

/** A string of FTS5: within double quotes everything but a double quote, which is doubled, is text. */
function quoted(term: string): string {
  return `"${term.replaceAll('"', '""').replaceAll('\u0000', '')}"`
}
