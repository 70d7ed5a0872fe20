/** Names of events as names of code: any text becomes an identifier, the same every time, and no two become one. */
export interface CodeNames {
  readonly type: string
  readonly function: string
}

/** Words that cannot be declared, and names that the generated module or the language uses itself. */
const TAKEN: ReadonlySet<string> = new Set(
  (
    'abstract any arguments as async await boolean break case catch class const continue debugger default delete do else ' +
    'enum eval export extends false finally for from function get if implements import in infer instanceof interface is ' +
    'keyof let module namespace never new null number object of package private protected public readonly return set ' +
    'static string super switch symbol this throw true try type typeof undefined unique unknown var void while with yield ' +
    'Array BigInt Boolean Date Error Function JSON Map Math Number Object Partial Pick Omit Promise Readonly Record RegExp ' +
    'Required Set String Symbol analytics browserEvents serverEvents pinned options properties sender ' +
    'BrowserAnalytics ServerAnalytics EventOptions Sender'
  ).split(' '),
)

/** One pair per event, in their order; give them sorted. */
export function codeNames(events: readonly { readonly name: string; readonly suffix: string }[]): readonly CodeNames[] {
  const types = new Set<string>()
  const functions = new Set<string>()
  return events.map(({ name, suffix }) => {
    const words = wordsOf(`${name} ${suffix}`)
    const type = free(words.map(capital).join(''), types)
    return { type, function: free(words.map((word, i) => (i === 0 ? small(word) : capital(word))).join(''), functions) }
  })
}

function wordsOf(text: string): readonly string[] {
  const words = text.match(/[\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}]+/gu) ?? []
  const [first = 'event'] = words
  // An identifier begins with a letter, and marks follow one.
  return /^[\p{L}\p{Nl}]/u.test(first) ? (words.length > 0 ? words : ['event']) : ['event', ...words]
}

function capital(word: string): string {
  const [first = '', ...rest] = Array.from(word)
  return first.toUpperCase() + rest.join('')
}

/** `URLOpened` becomes `urlOpened`, and `iOS` stays. */
function small(word: string): string {
  return word.replace(/^\p{Lu}+(?=\p{Lu}\p{Ll}|\P{L}|$)|^\p{Lu}/u, (head) => head.toLowerCase())
}

function free(wished: string, used: Set<string>): string {
  const base = TAKEN.has(wished) ? `${wished}Event` : wished
  let name = base
  for (let n = 2; used.has(name); n++) name = `${base}${n}`
  used.add(name)
  return name
}
