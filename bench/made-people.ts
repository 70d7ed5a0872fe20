import { pick, seeded } from '../test/support/random.ts'

/**
 * Invented people with labels, as many as wanted, the same for the same seed: families under one roof, colleagues behind one mailbox
 * and switchboard, namesakes, fathers and sons, twins; each person with one to five records that were typed with errors, gaps, swaps
 * and removals. To measure the matcher on people it was never fitted to.
 */
export interface MadePeople {
  readonly csv: string
  readonly truth: ReadonlyMap<string, string>
}

const GIVEN =
  'james mary john patricia robert jennifer michael linda william elizabeth david barbara richard susan joseph jessica thomas sarah charles karen anna maria peter paul hans julia lena lukas emma noah mia leon sofia ben clara felix laura max nina oskar paula simon tessa viktor yusuf zara amir fatima omar leila wei jun mei hiro yuki ana carlos diego lucia pablo ines rosa igor olga dmitri irina kasia jan eva tomas marek'.split(
    ' ',
  )
const SURNAME =
  'smith johnson williams brown jones garcia miller davis martinez lopez wilson anderson taylor thomas moore jackson martin lee thompson white harris clark lewis young walker hall allen king wright scott green baker adams nelson hill mueller schmidt schneider fischer weber meyer wagner becker schulz hoffmann koch bauer richter klein wolf neumann schwarz braun krueger novak svoboda dvorak horak kowalski nowak wojcik rossi russo ferrari esposito bianchi silva santos ferreira pereira costa haddad nasser khoury wang zhang chen liu yamada tanaka sato petrov ivanov'.split(
    ' ',
  )
const STREET =
  'oak elm pine mill church station park high lake river hill garden forest spring bridge castle market school north south'.split(
    ' ',
  )
const CITY = 'springfield riverton lakeside ashford milton kingston newport clifton bedford camden dover salem'.split(
  ' ',
)
const DOMAIN = ['mail.com', 'gmail.com', 'web.de', 'yahoo.com', 'outlook.com', 'gmx.net']
const ROLES = ['info', 'office', 'reservations', 'kontakt', 'team', 'frontdesk', 'hello']

interface Person {
  readonly given: string
  readonly surname: string
  readonly born: string
  readonly emails: readonly string[]
  readonly phones: readonly string[]
  readonly street: string
  readonly zip: string
  readonly city: string
  readonly company: string
}

/** People until there are `persons` of them. */
export function makePeople(seed: number, persons: number): MadePeople {
  const random = seeded(seed)
  const whole = (below: number) => Math.floor(random() * below)
  const digits = (n: number) => Array.from({ length: n }, () => whole(10)).join('')
  const chance = (share: number) => random() < share
  const common = (list: readonly string[]) => list[Math.floor(random() * random() * list.length)] as string
  const two = (n: number) => String(n).padStart(2, '0')
  const birthday = (from: number, to: number) =>
    `${from + whole(to - from)}-${two(1 + whole(12))}-${two(1 + whole(28))}`
  const people: Person[] = []

  const home = () => ({
    street: `${1 + whole(200)} ${pick(random, STREET)} ${pick(random, ['street', 'road', 'lane', 'avenue'])}`,
    zip: digits(5),
    city: common(CITY),
  })
  const ownMail = (given: string, surname: string) => {
    const user = pick(random, [
      `${given}.${surname}`,
      `${given[0]}${surname}`,
      `${given}${digits(2)}`,
      `${surname}.${given}`,
    ])
    return `${user}${chance(0.4) ? digits(2) : ''}@${pick(random, DOMAIN)}`
  }
  const family = () => {
    const surname = chance(0.7)
      ? common(SURNAME)
      : `${pick(random, SURNAME)}${pick(random, ['son', 'er', 'mann', 'ova', 's'])}`
    const place = home()
    const phone = digits(9)
    const mailbox = `${pick(random, ['family.', 'the', '', 'casa.'])}${surname}${chance(0.5) ? digits(2) : ''}@${pick(random, DOMAIN)}`
    const size = 1 + whole(5)
    const twins = chance(0.05) ? birthday(1990, 2015) : undefined
    const names: string[] = []
    for (let i = 0; i < size; i++) {
      const junior = i === 2 && chance(0.15)
      const given = junior ? (names[0] as string) : common(GIVEN)
      if (!junior && names.includes(given)) continue
      names.push(given)
      const own = chance(0.7) ? [ownMail(given, surname)] : []
      people.push({
        given,
        surname,
        born: i < 2 ? birthday(1940, 1985) : (twins ?? birthday(1975, 2015)),
        emails: [...own, ...(chance(0.5) || own.length === 0 ? [mailbox] : [])],
        phones: [...(chance(0.6) ? [digits(9)] : []), ...(chance(0.6) ? [phone] : [])],
        ...place,
        company: '',
      })
    }
  }
  const organisation = () => {
    const name = `${pick(random, STREET)} ${common(SURNAME)}`
    const domain = `${name.replace(' ', '-')}.com`
    const place = home()
    const phone = digits(9)
    const mailbox = `${pick(random, ROLES)}@${domain}`
    const size = 2 + whole(20)
    for (let i = 0; i < size; i++) {
      const [given, surname] = [common(GIVEN), common(SURNAME)]
      const own = chance(0.5)
        ? [
            `${given}.${surname}${people.some((p) => p.given === given && p.surname === surname && p.company === name) ? '2' : ''}@${domain}`,
          ]
        : []
      people.push({
        given,
        surname,
        born: birthday(1955, 2003),
        emails: [...own, mailbox],
        phones: [phone, ...(chance(0.3) ? [digits(9)] : [])],
        ...place,
        company: name,
      })
    }
  }
  while (people.length < persons) (chance(0.12) ? organisation : family)()

  const mistyped = (text: string) => {
    if (text.length < 3) return text
    const at = whole(text.length - 1)
    const letter = /\d/.test(text[at] as string) ? digits(1) : pick(random, [...'aeinrstlo'])
    return pick(random, [
      text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2),
      text.slice(0, at) + text.slice(at + 1),
      text.slice(0, at) + letter + text.slice(at),
      text.slice(0, at) + letter + text.slice(at + 1),
    ])
  }
  const typed = (text: string, gap: number) => (chance(gap) ? '' : chance(0.12) ? mistyped(text) : text)
  const lines: { readonly order: number; readonly person: number; readonly cells: readonly string[] }[] = []
  people.slice(0, persons).forEach((one, person) => {
    let place = { street: one.street, zip: one.zip, city: one.city }
    for (let copies = 1 + whole(2) + whole(2) * whole(4); copies > 0; copies--) {
      if (one.company === '' && chance(0.08)) place = home()
      const swap = chance(0.03)
      const [year, month, day] = one.born.split('-') as [string, string, string]
      const born =
        chance(0.03) && Number(day) <= 12 ? `${year}-${day}-${month}` : chance(0.01) ? `${year}-01-01` : one.born
      const phone = one.phones.length === 0 ? '' : pick(random, one.phones)
      lines.push({
        order: random(),
        person,
        cells: [
          typed(swap ? one.surname : one.given, 0.04),
          typed(swap ? one.given : one.surname, 0.04),
          typed(born, 0.3),
          typed(pick(random, one.emails), 0.2),
          typed(phone === '' || chance(0.7) ? phone : `+49 ${phone}`, 0.3),
          typed(place.street, 0.3),
          typed(place.zip, 0.25),
          typed(place.city, 0.15),
          typed(one.company, 0.3),
        ],
      })
    }
  })
  lines.sort((a, b) => a.order - b.order)
  const header = 'record_id,first_name,last_name,birthdate,email,phone,street,zip,city,company'
  return {
    csv: [header, ...lines.map(({ cells }, i) => [`p${i}`, ...cells].join(','))].join('\n') + '\n',
    truth: new Map(lines.map(({ person }, i) => [`p${i}`, String(person)])),
  }
}
