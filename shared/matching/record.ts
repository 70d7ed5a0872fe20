import type { Dict } from '../kernel/json.ts'
import { nameFamilies } from './given-names.ts'
import { soundex } from './phonetic.ts'

/**
 * What a personal record is to the matcher: which kind of field each column is, and every value in the normal form its
 * kind is compared in. Nothing is judged here; an unreadable value stays as text or counts as missing.
 */
export type Kind =
  | 'given'
  | 'surname'
  | 'middle'
  | 'date'
  | 'email'
  | 'phone'
  | 'id'
  | 'postcode'
  | 'street'
  | 'place'
  | 'company'
  | 'text'

export interface Field {
  readonly name: string
  readonly kind: Kind
}

/** The columns that are compared, in order. `full` are columns with whole names, taken apart into the name fields. */
export interface Schema {
  readonly fields: readonly Field[]
  readonly full: readonly string[]
}

/**
 * Whose an e-mail's user name says it is: of somebody with this name (`own`: 'jsmith', and the given name took part), of a
 * family with it ('smith'), of nobody known (`other`), or there is nothing to tell it from.
 */
export const MAILBOX = { unknown: 0, own: 1, family: 2, other: 3 } as const
export type Mailbox = (typeof MAILBOX)[keyof typeof MAILBOX]

/** A record ready to be compared: `texts[i]` is the value of `fields[i]` in normal form, '' when missing. */
export interface Prepared {
  readonly id: string
  readonly texts: readonly string[]
  /** Phonetic codes of the name fields, by field; '' for others. */
  readonly sounds: readonly string[]
  /** The families of forms that the given name belongs to (given-names.ts); none when it is not a common one. */
  readonly families: readonly number[]
  /** 'jr', 'sr', 'ii', 'iii': which of the people of one name in a family; '' when it isn't said. */
  readonly generation: string
  /** What the e-mail's user name says of the name: see `Mailbox`. */
  readonly mailbox: Mailbox
}

/** Fields past this many are not compared. */
export const MAX_FIELDS = 16

/** By the folded name of a column, the first that fits; in the languages that files come in most. */
const KINDS: readonly (readonly [Kind | 'full' | 'none', RegExp])[] = [
  ['none', /^(record|row|cluster|rec)_?id$/],
  ['email', /e_?mail|^mail(_|$)|courriel|correo/],
  [
    'given',
    /^(first|given|fore|christian|f)_?names?$|^first$|^given$|vorname|^prenom|^nombres?$|^nome$|^primer_nombre/,
  ],
  [
    'surname',
    /^(sur|last|family|second|l)_?names?$|^last$|nachname|familienname|^nom(_de_famille)?$|apellido|cognome|sobrenome/,
  ],
  ['middle', /^middle(_?names?|_?initial)?$/],
  ['full', /^(full|display|person|contact|customer|client|guest)?_?name$|^nom_complet$|^nombre_completo$/],
  [
    'date',
    /^d_?o_?b$|^birth$|birth_?da(te|y)|date_of_birth|^born|^b_?day|^geb|naissance|nacimiento|nascita|nascimento/,
  ],
  ['phone', /phone|mobile|^tel|^cell|^fax|handy|telefon|movil|^gsm/],
  ['postcode', /post_?(al_?)?code|^zip|^plz$|postleitzahl|^cap$|codigo_postal|code_postal/],
  [
    'street',
    /^(home_|billing_|postal_|shipping_)?(street|address)(_(address|name|line))?(_?1)?$|^addr(ess)?(_line)?(_1)?$|^strasse|^adresse$|^rue$|^calle$|^direccion$|^indirizzo$|^via$/,
  ],
  [
    'place',
    /place|address|street|suburb|city|town|state|country|county|region|house|hausn|^ort$|^stadt$|^ville$|ciudad|citta|cidade|^land$|pays/,
  ],
  ['company', /company|organi[sz]ation|employer|^firma$|unternehmen|entreprise|empresa|azienda/],
  ['id', /ssn|soc_sec|passport|document|national|licen[cs]e|(^|_)tax|_(id|no|number|nr|num)$/],
]

function kindOf(column: string): Kind | 'full' | 'none' {
  const name = fold(column.replace(/([a-z])([A-Z])/g, '$1 $2')).replace(/ /g, '_')
  return KINDS.find(([, pattern]) => pattern.test(name))?.[0] ?? 'text'
}

/** Reads the kinds of fields from column names; unknown columns are plain text. */
export function schemaOf(columns: readonly string[]): Schema {
  const fields: Field[] = []
  const full: string[] = []
  for (const name of columns) {
    const kind = kindOf(name)
    if (kind === 'full') full.push(name)
    else if (kind !== 'none') fields.push({ name, kind })
  }
  if (full.length > 0) {
    for (const kind of ['given', 'surname', 'middle'] as const) {
      if (!fields.some((field) => field.kind === kind)) fields.unshift({ name: kind, kind })
    }
  }
  return { fields: fields.slice(0, MAX_FIELDS), full }
}

/** Case, accents and punctuation folded away: 'Müller-Lüdenscheid' is 'muller ludenscheid', "O'Brien" is 'obrien'. */
export function fold(text: string): string {
  const flat = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/['’`´.]/g, '')
  return flat.replace(/[^\p{L}\p{N}]+/gu, ' ').trim()
}

/** Eight digits, year first; an impossible day or month stays as written, so that a typing error can still be near. */
export function foldDate(text: string): string {
  const iso = /^\s*(\d{4})[-/. ]?(\d{1,2})?[-/. ]?(\d{1,2})?(?!\d)/.exec(text)
  if (iso) return `${iso[1]}${(iso[2] ?? '').padStart(2, '0')}${(iso[3] ?? '').padStart(2, '0')}`
  const european = /^\s*(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})/.exec(text)
  if (european) return `${european[3]}${(european[2] ?? '').padStart(2, '0')}${(european[1] ?? '').padStart(2, '0')}`
  return text.replace(/\D/g, '')
}

/** Mailboxes of a function, not of a person: agreeing in one says that two have to do with one organisation. */
const ROLE =
  /^(info|sales?|contact|kontakt|office|buero|admin|administra\w+|support|hello|hallo|mail|team|help|helpdesk|billing|accounts?|accounting|finance|service|kundenservice|customer\w*|family|familie|enquir\w+|inquir\w+|reception|rezeption|front\W?desk|secretar\w*|sekretariat|booking\w*|reserv\w+|orders?|bestellung\w*|shop|store|hr|jobs|careers?|press|presse|marketing|newsletter|no\W?reply|do\W?not\W?reply|postmaster|webmaster|hostmaster|abuse|privacy|security|legal|parents|studio|lab|club|hotel|praxis|empfang|zentrale|post)(?=$|[@\d._-])/

export function isRole(mailbox: string): boolean {
  return ROLE.test(mailbox)
}

function foldEmail(text: string): string {
  return text
    .normalize('NFKC')
    .trim()
    .toLowerCase()
    .replace(/\s+/g, '')
    .replace(/\+[^@]*(?=@)/, '')
}

/** The digits that a subscriber keeps whether or not the country and trunk prefixes are written: the last nine. */
function foldPhone(text: string): string {
  const digits = text.replace(/\D/g, '')
  return digits.length < 5 ? '' : digits.slice(-9)
}

const PLACEHOLDER = /^(null|none|n a|na|nan|unknown|undefined|not known|test|x+|0+)$/

function normal(kind: Kind, raw: string): string {
  const text = raw.slice(0, 255)
  if (kind === 'email') return foldEmail(text)
  if (kind === 'date') return foldDate(text)
  if (kind === 'phone') return foldPhone(text)
  const folded = fold(text)
  if (PLACEHOLDER.test(folded)) return ''
  return kind === 'postcode' || kind === 'id' ? folded.replace(/ /g, '') : folded
}

/** Tells whose mailbox it is by taking the name's words and initials out of the user name: 'jsmith', 'o.atkinson73'. */
export function mailboxOf(user: string, given: string, surname: string): Mailbox {
  let rest = fold(user).replace(/[^\p{L}]/gu, '')
  if (rest === '' || given === '') return MAILBOX.unknown
  const own = given.split(' ')
  const words = [...own, ...surname.split(' ')].filter((word) => word !== '').sort((a, b) => b.length - a.length)
  let [any, first] = [false, false]
  const take = (word: string, part: string) => {
    rest = rest.replace(part, '')
    any = true
    first ||= own.includes(word)
  }
  const left = words.filter((word) => {
    if (word.length < 3 || !rest.includes(word)) return true
    take(word, word)
    return false
  })
  for (const word of left) if (rest.startsWith(word[0] as string)) take(word, word[0] as string)
  return !any || rest.length > 1 ? MAILBOX.other : first ? MAILBOX.own : MAILBOX.family
}

/** Every value in normal form. A whole name gives the given name and surname where they lack, and the middle names. */
export function prepare(schema: Schema, id: string, raw: Dict<string | undefined>): Prepared {
  const texts = schema.fields.map(({ name, kind }) => normal(kind, raw[name] ?? ''))
  const at = (kind: Kind) => schema.fields.findIndex((field) => field.kind === kind)
  const [given, surname, middle, email] = [at('given'), at('surname'), at('middle'), at('email')]
  const wholes = schema.full.map((column) => fold((raw[column] ?? '').slice(0, 255)))
  const generation = generationOf([texts[surname] ?? '', texts[given] ?? '', ...wholes])
  for (const index of [given, surname]) if (index >= 0) texts[index] = bare(texts[index] as string)
  for (const whole of wholes) takeApart(texts, bare(whole), given, surname, middle)
  const user = (texts[email] ?? '').split('@')[0] as string
  const mailbox = mailboxOf(user, texts[given] ?? '', texts[surname] ?? '')
  const sounds = schema.fields.map(({ kind }, i) =>
    kind === 'given' || kind === 'surname' ? soundex(texts[i] as string) : '',
  )
  return { id, texts, sounds, families: nameFamilies(texts[given] ?? ''), generation, mailbox }
}

const TITLES = new Set(
  'mr mrs ms miss dr prof professor sir dame rev reverend herr frau monsieur madame mme senor senora esq phd md baronet bt 1st 2nd 3rd 4th 5th 6th 7th 8th 9th'.split(
    ' ',
  ),
)
const GENERATION = / (jr|junior|sr|senior|ii|iii)$/
const SAME_GENERATION: Readonly<Record<string, string>> = { junior: 'jr', senior: 'sr' }

/** A name without what stands before and after it: 'dr anna keller' and 'william brown jr'. */
function bare(name: string): string {
  const kept = name.split(' ').filter((word) => !TITLES.has(word))
  return kept.join(' ').replace(GENERATION, '')
}

function generationOf(names: readonly string[]): string {
  for (const name of names) {
    const found = GENERATION.exec(name)?.[1]
    if (found !== undefined) return SAME_GENERATION[found] ?? found
  }
  return ''
}

/** What a whole name repeats of the other name fields is no new evidence; only the words it adds are kept, as middle names. */
function takeApart(texts: string[], whole: string, given: number, surname: number, middle: number): void {
  const rest = whole.split(' ').filter((word) => word !== '')
  for (const index of [given, surname]) {
    for (const word of (texts[index] ?? '').split(' ')) {
      const found = rest.indexOf(word)
      if (found >= 0) rest.splice(found, 1)
    }
  }
  if (texts[given] === '' && rest.length > 0) texts[given] = rest.shift() as string
  if (texts[surname] === '' && rest.length > 0 && texts[given] !== whole) texts[surname] = rest.pop() as string
  if (texts[middle] === '') texts[middle] = rest.join(' ')
}
